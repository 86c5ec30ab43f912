;; Turns the module's spelling back into its bytes. JavaScript would take longer for it, cold, than for all the
;; rest of the first call. Calls are dear in code that runs once, so there are none.
(module
  ;; From 0 on the byte that a character stands for; from 128 on for a second character behind `}`, from 256 on behind
  ;; `~`; from 384 on the text. The bytes take the text's place.
  (memory (export "memory") 1)
  ;; The text ends at `$end`; answers where the bytes end. They begin where the text began.
  (func (export "spell") (param $end i32) (result i32)
    (local $at i32) (local $to i32) (local $place i32) (local $byte i32)
    ;; The first 512 characters say what each byte is spelt as.
    (local.set $at (i32.const 384))
    (loop $next
      (i32.store8
        (if (result i32) (i32.lt_u (local.tee $place (i32.load8_u (local.get $at))) (i32.const 125))
          (then (local.get $place))
          (else
            (i32.add
              (i32.shl (i32.sub (local.get $place) (i32.const 124)) (i32.const 7))
              (i32.load8_u offset=1 (local.get $at)))))
        (local.get $byte))
      (local.set $at (i32.add (local.get $at) (i32.const 2)))
      (br_if $next (i32.lt_u (local.tee $byte (i32.add (local.get $byte) (i32.const 1))) (i32.const 256))))
    ;; What begins a pair stands for nothing itself; what is written for it is written over.
    (local.set $to (i32.const 384))
    (loop $next
      (i32.store8 (local.get $to) (i32.load8_u (local.tee $place (i32.load8_u (local.get $at)))))
      (if (i32.ge_u (local.get $place) (i32.const 125))
        (then
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (i32.store8
            (local.get $to)
            (i32.load8_u
              (i32.add
                (i32.shl (i32.sub (local.get $place) (i32.const 124)) (i32.const 7))
                (i32.load8_u (local.get $at)))))))
      (local.set $to (i32.add (local.get $to) (i32.const 1)))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (local.get $end))))
    (local.get $to)))
