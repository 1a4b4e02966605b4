//! A VST3 host's automation within a block, for the CLAP's shim: clap-wrapper 0.3.1 passes on the last point alone.

use crate::plugin::shim_link::Curves;
use vst3::{
    ComRef,
    Steinberg::{
        Vst::{IParamValueQueue, IParamValueQueueTrait, IParameterChanges, IParameterChangesTrait, ProcessData},
        kResultOk,
    },
};

/// The parameter changes of one block.
pub(super) struct HostCurves<'a>(Option<ComRef<'a, IParameterChanges>>);

/// The changes that come with `data`.
///
/// # Safety
/// `data` is as VST3 describes it, and outlives what is given.
pub(super) unsafe fn of(data: &ProcessData) -> HostCurves<'_> {
    // SAFETY: by this function's contract.
    HostCurves(unsafe { ComRef::from_raw(data.inputParameterChanges) })
}

impl Curves for HostCurves<'_> {
    fn points(&self, id: u32, each: &mut dyn FnMut(u32, f64)) {
        let Some(changes) = &self.0 else { return };
        // SAFETY: the host's changes live during its call.
        unsafe {
            for index in 0..changes.getParameterCount() {
                let Some(queue) = ComRef::<IParamValueQueue>::from_raw(changes.getParameterData(index)) else {
                    continue;
                };
                if queue.getParameterId() != id {
                    continue;
                }
                for point in 0..queue.getPointCount() {
                    let (mut offset, mut value) = (0, 0.0);
                    if queue.getPoint(point, &mut offset, &mut value) == kResultOk && value.is_finite() {
                        each(u32::try_from(offset).unwrap_or(0), value.clamp(0.0, 1.0));
                    }
                }
            }
        }
    }
}
