//! What is shared with the caller: three buffers for what it hands in, one for the answer.
//!
//! The caller asks for room, writes to the address that it gets, calls, and reads the answer
//! before it calls again. What is handed in stays where it is, so that a call allocates nothing for it, and
//! the caller may count on what it handed in before. All goes with the instance when the caller drops it.

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

/// The buffers.
pub(crate) struct Memory {
    /// What was handed in; longer than what counts of it.
    inputs: [Vec<u8>; 3],
    /// The answer of the last call.
    pub(crate) output: Vec<u8>,
}

impl Memory {
    /// The first bytes of each buffer, and the answer's.
    pub(crate) fn all(&mut self, lengths: [u32; 3]) -> ([&[u8]; 3], &mut Vec<u8>) {
        let ([first, second, third], [a, b, c]) = (&self.inputs, lengths);
        self.output.clear();
        ([start(first, a), start(second, b), start(third, c)], &mut self.output)
    }
}

fn start(buffer: &[u8], length: u32) -> &[u8] {
    buffer.get(..length as usize).unwrap_or(&[])
}

thread_local! {
    static MEMORY: RefCell<Memory> =
        const { RefCell::new(Memory { inputs: [Vec::new(), Vec::new(), Vec::new()], output: Vec::new() }) };
}

/// Works with the buffers. One call runs at a time, so they are never taken.
pub(crate) fn with<T>(work: impl FnOnce(&mut Memory) -> T) -> T {
    MEMORY.with(|memory| work(&mut memory.borrow_mut()))
}

/// Makes room for `length` bytes in an input (0, 1 or 2), keeps the first `kept`, and tells the address.
/// The address holds until the next call of this function for the same input; 0 where there is no such input.
#[wasm_bindgen]
#[must_use]
pub fn reserve(input: u32, length: u32, kept: u32) -> usize {
    with(|memory| {
        let Some(buffer) = memory.inputs.get_mut(input as usize) else { return 0 };
        if buffer.len() < length as usize {
            buffer.truncate(kept as usize);
            buffer.resize(length as usize, 0);
        }
        buffer.as_mut_ptr().addr()
    })
}

/// Where the answer of the last call stands.
#[wasm_bindgen]
#[must_use]
pub fn output_address() -> usize {
    with(|memory| memory.output.as_ptr().addr())
}

/// How many bytes the answer of the last call has.
#[wasm_bindgen]
#[must_use]
pub fn output_length() -> usize {
    with(|memory| memory.output.len())
}
