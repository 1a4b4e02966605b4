//! Values out of any bytes.

/// Reads from the front; zeros when there is nothing left.
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl Bytes<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        let count = N.min(self.0.len());
        bytes[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        bytes
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.take::<1>()[0]
    }

    /// 0 to `below` - 1.
    pub(crate) fn below(&mut self, below: usize) -> usize {
        usize::from(u16::from_le_bytes(self.take())) % below.max(1)
    }

    pub(crate) fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    pub(crate) fn i64(&mut self) -> i64 {
        i64::from_le_bytes(self.take())
    }

    /// Any pattern of bits, also what is no number; or one of the usual range.
    pub(crate) fn f64(&mut self) -> f64 {
        match self.byte() {
            0..=127 => f64::from(self.byte()) / 255.0,
            _ => f64::from_bits(u64::from_le_bytes(self.take())),
        }
    }

    /// The same for samples.
    pub(crate) fn f32(&mut self) -> f32 {
        match self.byte() {
            0..=127 => f32::from(i16::from(self.byte()) - 128) / 128.0,
            _ => f32::from_bits(self.u32()),
        }
    }
}
