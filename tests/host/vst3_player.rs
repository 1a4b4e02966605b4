//! Plays blocks through the bundled VST3 inside this process, with automation.

use super::vst3_host::{Bundle, host, param_id, text};
use std::path::Path;
use vst3::{
    Class, ComPtr, ComWrapper,
    Steinberg::{
        IPluginBaseTrait,
        Vst::{
            AudioBusBuffers, AudioBusBuffers__type0, BusDirections_, BusInfo, IAudioProcessor, IAudioProcessorTrait,
            IComponent, IComponentTrait, IEditController, IParamValueQueue, IParamValueQueueTrait, IParameterChanges,
            IParameterChangesTrait, MediaTypes_, ParamID, ParamValue, ProcessData, ProcessModes_, ProcessSetup,
            SpeakerArr, SpeakerArrangement, SymbolicSampleSizes_,
        },
        int32, kInvalidArgument, kResultOk, kResultTrue, tresult,
    },
};

/// Points of one parameter within a block: sample, normalized value.
pub(crate) type Points = Vec<(i32, f64)>;

/// An active instance.
pub(crate) struct Vst3Player {
    component: ComPtr<IComponent>,
    controller: ComPtr<IEditController>,
    processor: ComPtr<IAudioProcessor>,
    output_channels: usize,
}

impl Vst3Player {
    /// With stereo buses.
    pub(crate) fn new(sample_rate: f64, max_block: usize) -> Self {
        Self::arranged(sample_rate, max_block, SpeakerArr::kStereo, SpeakerArr::kStereo)
    }

    /// With these speakers at the main input and output.
    pub(crate) fn arranged(
        sample_rate: f64,
        max_block: usize,
        mut input: SpeakerArrangement,
        mut output: SpeakerArrangement,
    ) -> Self {
        let Some(bundle) = std::env::var_os("UNBRAID_VST3") else {
            panic!("UNBRAID_VST3 does not say where the bundled plugin is: `cargo xtask test` builds it and does");
        };
        let component = Bundle::load(Path::new(&bundle)).create();
        let (controller, processor) = (component.cast().unwrap(), component.cast::<IAudioProcessor>().unwrap());
        let mut setup = ProcessSetup {
            processMode: ProcessModes_::kRealtime as i32,
            symbolicSampleSize: SymbolicSampleSizes_::kSample32 as i32,
            maxSamplesPerBlock: max_block as i32,
            sampleRate: sample_rate,
        };
        // SAFETY: plain calls on a live instance; the plugin takes a reference of its own if it keeps the host.
        unsafe {
            assert_eq!(component.initialize(host().as_ptr()), kResultOk);
            assert_eq!(processor.setBusArrangements(&mut input, 1, &mut output, 1), kResultTrue);
            for (direction, speakers) in [(BusDirections_::kInput, input), (BusDirections_::kOutput, output)] {
                let (direction, mut found) = (direction as i32, 0);
                assert_eq!(processor.getBusArrangement(direction, 0, &mut found), kResultTrue);
                assert_eq!(found, speakers);
                let mut info = std::mem::zeroed::<BusInfo>();
                assert_eq!(component.getBusInfo(MediaTypes_::kAudio as i32, direction, 0, &mut info), kResultOk);
                assert_eq!(info.channelCount, speakers.count_ones() as i32);
            }
            assert_eq!(processor.setupProcessing(&mut setup), kResultOk);
            for direction in [BusDirections_::kInput, BusDirections_::kOutput] {
                component.activateBus(MediaTypes_::kAudio as i32, direction as i32, 0, 1);
            }
            assert_eq!(component.setActive(1), kResultOk);
            processor.setProcessing(1);
        }
        Self { component, controller, processor, output_channels: output.count_ones() as usize }
    }

    /// What the host's window and knobs talk to.
    pub(crate) fn controller(&self) -> &ComPtr<IEditController> {
        &self.controller
    }

    /// The names of the audio outputs.
    pub(crate) fn output_names(&self) -> Vec<String> {
        let (audio, output) = (MediaTypes_::kAudio as i32, BusDirections_::kOutput as i32);
        // SAFETY: plain calls with memory of our own.
        let names = (0..unsafe { self.component.getBusCount(audio, output) }).map(|index| unsafe {
            let mut info = std::mem::zeroed::<BusInfo>();
            assert_eq!(self.component.getBusInfo(audio, output, index, &mut info), kResultOk);
            text(&info.name)
        });
        names.collect()
    }

    /// Delay of the output, in samples.
    pub(crate) fn latency(&self) -> usize {
        // SAFETY: a plain call on a live instance.
        unsafe { self.processor.getLatencySamples() as usize }
    }

    /// The id of the parameter with this title.
    pub(crate) fn param(&self, title: &str) -> u32 {
        param_id(&self.controller, title)
    }

    /// Plays a block, indexed by `[channel][sample]`; gives the main output.
    pub(crate) fn play(&self, input: &[&[f32]], automation: &[(u32, Points)]) -> Vec<Vec<f32>> {
        let frames = input[0].len();
        let mut samples: Vec<Vec<f32>> = input.iter().map(|channel| channel.to_vec()).collect();
        let mut output = vec![vec![0.0_f32; frames]; self.output_channels];
        let bus = |pointers: &mut Vec<*mut f32>| AudioBusBuffers {
            numChannels: pointers.len() as i32,
            silenceFlags: 0,
            __field0: AudioBusBuffers__type0 { channelBuffers32: pointers.as_mut_ptr() },
        };
        let mut pointers_in: Vec<*mut f32> = samples.iter_mut().map(|channel| channel.as_mut_ptr()).collect();
        let mut pointers_out: Vec<*mut f32> = output.iter_mut().map(|channel| channel.as_mut_ptr()).collect();
        let (mut input, mut main) = (bus(&mut pointers_in), bus(&mut pointers_out));
        let queues = automation.iter().map(|(id, points)| {
            ComWrapper::new(Queue { id: *id, points: points.clone() }).to_com_ptr::<IParamValueQueue>().unwrap()
        });
        let changes = ComWrapper::new(Changes(queues.collect())).to_com_ptr::<IParameterChanges>().unwrap();
        // SAFETY: a value of integers and pointers.
        let mut data = unsafe { std::mem::zeroed::<ProcessData>() };
        (data.processMode, data.symbolicSampleSize) =
            (ProcessModes_::kRealtime as i32, SymbolicSampleSizes_::kSample32 as i32);
        (data.numSamples, data.numInputs, data.numOutputs) = (frames as i32, 1, 1);
        (data.inputs, data.outputs) = (&mut input, &mut main);
        data.inputParameterChanges = changes.as_ptr();
        // SAFETY: the buffers and the changes live during the call.
        assert_eq!(unsafe { self.processor.process(&mut data) }, kResultOk);
        output
    }
}

impl Drop for Vst3Player {
    fn drop(&mut self) {
        // SAFETY: plain calls on a live instance.
        unsafe {
            self.processor.setProcessing(0);
            self.component.setActive(0);
            self.component.terminate();
        }
    }
}

struct Queue {
    id: u32,
    points: Points,
}

impl Class for Queue {
    type Interfaces = (IParamValueQueue,);
}

#[allow(non_snake_case, reason = "the VST3 standard gives the names")]
impl IParamValueQueueTrait for Queue {
    unsafe fn getParameterId(&self) -> ParamID {
        self.id
    }

    unsafe fn getPointCount(&self) -> int32 {
        self.points.len() as int32
    }

    unsafe fn getPoint(&self, index: int32, sampleOffset: *mut int32, value: *mut ParamValue) -> tresult {
        let Some((offset, point)) = self.points.get(index as usize) else { return kInvalidArgument };
        // SAFETY: the plugin passes places for both.
        unsafe { (*sampleOffset, *value) = (*offset, *point) };
        kResultOk
    }

    unsafe fn addPoint(&self, _: int32, _: ParamValue, _: *mut int32) -> tresult {
        kInvalidArgument
    }
}

struct Changes(Vec<ComPtr<IParamValueQueue>>);

impl Class for Changes {
    type Interfaces = (IParameterChanges,);
}

#[allow(non_snake_case, reason = "the VST3 standard gives the names")]
impl IParameterChangesTrait for Changes {
    unsafe fn getParameterCount(&self) -> int32 {
        self.0.len() as int32
    }

    unsafe fn getParameterData(&self, index: int32) -> *mut IParamValueQueue {
        self.0.get(index as usize).map_or(std::ptr::null_mut(), ComPtr::as_ptr)
    }

    unsafe fn addParameterData(&self, _: *const ParamID, _: *mut int32) -> *mut IParamValueQueue {
        std::ptr::null_mut()
    }
}
