;; Turns the module's spelling back into its bytes, in place. JavaScript would take longer for it, cold, than
;; for all the rest of the first call.
(module
  (import "" "" (memory 1))
  ;; The memory holds the rank of each character from 0 on, the byte of each rank from 128 on, and the text
  ;; from `$at` to `$end`. Ranks from `$single` on begin a pair; `$count` is the number of characters.
  (func (export "") (param $at i32) (param $end i32) (param $single i32) (param $count i32)
    (local $to i32) (local $rank i32)
    (local.set $to (local.get $at))
    (loop $next
      (local.set $rank (i32.load8_u (i32.load8_u (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (if (i32.ge_u (local.get $rank) (local.get $single))
        (then
          (local.set $rank
            (i32.add
              (i32.add
                (local.get $single)
                (i32.mul (i32.sub (local.get $rank) (local.get $single)) (local.get $count)))
              (i32.load8_u (i32.load8_u (local.get $at)))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))))
      (i32.store8 (local.get $to) (i32.load8_u offset=128 (local.get $rank)))
      (local.set $to (i32.add (local.get $to) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))))
