//! Bytes that are written in many short pieces.
//!
//! A piece of up to [`PIECE`] bytes is written as that many, whatever its length, where source and
//! destination have them: a few loads and stores of fixed length instead of a call. What was
//! written too much is written over by the next piece.

/// So many bytes are copied at once.
pub(crate) const PIECE: usize = 32;

/// What takes canonical bytes.
pub(crate) trait Write {
    /// Appends a byte.
    fn push(&mut self, byte: u8);

    /// Appends bytes.
    fn extend_from_slice(&mut self, bytes: &[u8]);
}

impl Write for Vec<u8> {
    fn push(&mut self, byte: u8) {
        self.push(byte);
    }

    fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Takes the pieces. All bytes of the buffer are there from the start, `length` of them written.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    bytes: Vec<u8>,
    length: usize,
    /// For what others write, who know vectors alone.
    scratch: Vec<u8>,
}

impl Sink {
    /// Nothing yet, with room for so many bytes.
    pub(crate) fn with_capacity(bytes: usize) -> Sink {
        Sink { bytes: vec![0; bytes + PIECE], length: 0, scratch: Vec::new() }
    }

    /// How many bytes were written.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// Forgets what was written after the first so many bytes.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    /// What was written from an offset on.
    pub(crate) fn written(&self, from: usize) -> &[u8] {
        self.bytes.get(from..self.length).unwrap_or(&[])
    }

    /// What was written.
    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.truncate(self.length);
        self.bytes
    }

    /// Appends a part of a text.
    #[inline(always)]
    pub(crate) fn copy(&mut self, text: &[u8], start: usize, end: usize) {
        let source = text.get(start..start + PIECE).and_then(<[u8]>::first_chunk::<PIECE>);
        let place = self.bytes.get_mut(self.length..self.length + PIECE);
        let place = place.and_then(<[u8]>::first_chunk_mut::<PIECE>);
        // Where the end stands before the start this is large, and nothing is appended.
        let length = end.wrapping_sub(start);
        match (source, place) {
            (Some(source), Some(place)) if length <= PIECE => {
                *place = *source;
                self.length += length;
            }
            _ => self.extend_from_slice(text.get(start..end).unwrap_or(&[])),
        }
    }

    /// Appends the first `length` of these bytes, at most all.
    #[inline(always)]
    pub(crate) fn piece(&mut self, source: &[u8; PIECE], length: usize) {
        let place = self.bytes.get_mut(self.length..self.length + PIECE);
        match place.and_then(<[u8]>::first_chunk_mut::<PIECE>) {
            Some(place) => {
                *place = *source;
                self.length += length;
            }
            None => self.extend_from_slice(source.get(..length).unwrap_or(source)),
        }
    }

    /// Appends what `write` appends to a vector.
    pub(crate) fn with_vector(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        write(&mut scratch);
        self.extend_from_slice(&scratch);
        self.scratch = scratch;
    }

    /// Makes room for so many bytes and a piece behind them.
    #[cold]
    fn grow(&mut self, bytes: usize) {
        let least = self.length + bytes + PIECE;
        // The new half is not written before it is needed where the system gives zeroed memory.
        self.bytes.reserve(least - self.bytes.len().min(least));
        self.bytes.resize(self.bytes.capacity(), 0);
    }
}

impl Write for Sink {
    #[inline]
    fn push(&mut self, byte: u8) {
        if self.length >= self.bytes.len() {
            self.grow(1);
        }
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    #[inline(never)]
    fn extend_from_slice(&mut self, bytes: &[u8]) {
        if self.length + bytes.len() > self.bytes.len() {
            self.grow(bytes.len());
        }
        if let Some(place) = self.bytes.get_mut(self.length..self.length + bytes.len()) {
            place.copy_from_slice(bytes);
            self.length += bytes.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_every_length_follow_each_other() {
        let text: Vec<u8> = (0..200).collect();
        for capacity in [0, 10, 1000] {
            let mut sink = Sink::with_capacity(capacity);
            let mut expected = Vec::new();
            for length in 0..100 {
                for start in [0, 60, 100] {
                    sink.copy(&text, start, start + length);
                    expected.extend_from_slice(&text[start..start + length]);
                }
                sink.push(7);
                expected.push(7);
                sink.extend_from_slice(&text[..length]);
                expected.extend_from_slice(&text[..length]);
                assert_eq!(sink.len(), expected.len());
            }
            sink.copy(&text, 150, 300);
            assert_eq!(sink.into_bytes(), expected);
        }
    }
}
