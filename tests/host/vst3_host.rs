//! The least of a VST3 host: makes an instance of a bundle's plugin inside this process.

use std::{
    cell::{Cell, RefCell},
    ffi::c_void,
    fs,
    path::{Path, PathBuf},
};
use vst3::{
    Class, ComPtr, ComWrapper, Interface,
    Steinberg::{
        FUnknown, IBStream, IBStreamTrait, IPluginFactory, IPluginFactoryTrait, PClassInfo, TUID,
        Vst::{
            IComponent, IComponentHandler, IComponentHandlerTrait, IEditController, IEditControllerTrait,
            IHostApplication, IHostApplicationTrait, ParamID, ParamValue, ParameterInfo,
            ParameterInfo_::ParameterFlags_::kIsHidden, String128,
        },
        int32, int64, kInvalidArgument, kNoInterface, kResultOk, tresult,
    },
};

/// A loaded bundle; stays loaded until the process ends.
pub(crate) struct Bundle {
    factory: ComPtr<IPluginFactory>,
}

impl Bundle {
    /// Loads the Linux library of the bundle at `path`.
    pub(crate) fn load(path: &Path) -> Self {
        let library = Box::leak(Box::new(
            // SAFETY: loading a plugin runs its code; it is our own.
            unsafe { libloading::Library::new(library_in(path)) }.unwrap(),
        ));
        // SAFETY: the functions have the types that the VST3 standard gives them.
        unsafe {
            let entry: libloading::Symbol<unsafe extern "C" fn(*mut c_void) -> bool> =
                library.get(b"ModuleEntry\0").unwrap();
            assert!(entry(std::ptr::from_ref(&*library).cast_mut().cast()));
            let factory: libloading::Symbol<unsafe extern "system" fn() -> *mut IPluginFactory> =
                library.get(b"GetPluginFactory\0").unwrap();
            Self { factory: ComPtr::from_raw(factory()).unwrap() }
        }
    }

    /// Makes an instance of the first class, not yet initialised.
    pub(crate) fn create(&self) -> ComPtr<IComponent> {
        let mut object = std::ptr::null_mut();
        // SAFETY: plain calls with memory of our own.
        unsafe {
            let mut class = std::mem::zeroed::<PClassInfo>();
            assert_eq!(self.factory.getClassInfo(0, &mut class), kResultOk);
            let result = self.factory.createInstance(class.cid.as_ptr(), IComponent::IID.as_ptr().cast(), &mut object);
            assert_eq!(result, kResultOk);
            ComPtr::from_raw(object.cast()).unwrap()
        }
    }
}

fn library_in(bundle: &Path) -> PathBuf {
    let contents = fs::read_dir(bundle.join("Contents")).unwrap();
    let folder = contents.map(|entry| entry.unwrap().path()).find(|path| path.to_string_lossy().ends_with("-linux"));
    fs::read_dir(folder.unwrap()).unwrap().next().unwrap().unwrap().path()
}

/// A host that can do nothing.
pub(crate) fn host() -> ComPtr<FUnknown> {
    ComWrapper::new(NoHost).to_com_ptr().unwrap()
}

fn infos(controller: &ComPtr<IEditController>) -> Vec<ParameterInfo> {
    // SAFETY: plain calls with memory of our own.
    let infos = (0..unsafe { controller.getParameterCount() }).map(|index| unsafe {
        let mut info = std::mem::zeroed::<ParameterInfo>();
        assert_eq!(controller.getParameterInfo(index, &mut info), kResultOk);
        info
    });
    infos.collect()
}

/// The text in a `String128`.
pub(crate) fn text(units: &[u16]) -> String {
    let units = units.iter().take_while(|unit| **unit != 0).copied();
    char::decode_utf16(units).map(|char| char.unwrap()).collect()
}

/// The titles of all parameters, and whether each is hidden.
pub(crate) fn titles(controller: &ComPtr<IEditController>) -> Vec<(String, bool)> {
    infos(controller).iter().map(|info| (text(&info.title), info.flags & kIsHidden != 0)).collect()
}

/// The id of the parameter that `controller` calls `title`.
pub(crate) fn param_id(controller: &ComPtr<IEditController>, title: &str) -> u32 {
    let titles: Vec<(u32, String)> = infos(controller).iter().map(|info| (info.id, text(&info.title))).collect();
    titles.iter().find(|(_, known)| known == title).unwrap_or_else(|| panic!("{title} among {titles:?}")).0
}

/// A component handler that notes what it is asked to restart for.
#[derive(Default)]
pub(crate) struct Handler {
    restarts: RefCell<Vec<int32>>,
}

impl Handler {
    /// The flags of each call.
    pub(crate) fn restarts(&self) -> Vec<int32> {
        self.restarts.borrow().clone()
    }
}

impl Class for Handler {
    type Interfaces = (IComponentHandler,);
}

#[allow(non_snake_case, reason = "the VST3 standard gives the names")]
impl IComponentHandlerTrait for Handler {
    unsafe fn beginEdit(&self, _: ParamID) -> tresult {
        kResultOk
    }

    unsafe fn performEdit(&self, _: ParamID, _: ParamValue) -> tresult {
        kResultOk
    }

    unsafe fn endEdit(&self, _: ParamID) -> tresult {
        kResultOk
    }

    unsafe fn restartComponent(&self, flags: int32) -> tresult {
        self.restarts.borrow_mut().push(flags);
        kResultOk
    }
}

struct NoHost;

impl Class for NoHost {
    type Interfaces = (IHostApplication,);
}

#[allow(non_snake_case, reason = "the VST3 standard gives the names")]
impl IHostApplicationTrait for NoHost {
    unsafe fn getName(&self, _: *mut String128) -> tresult {
        kInvalidArgument
    }

    unsafe fn createInstance(&self, _: *mut TUID, _: *mut TUID, _: *mut *mut c_void) -> tresult {
        kNoInterface
    }
}

/// State in memory, written and read once.
#[derive(Default)]
pub(crate) struct Memory {
    bytes: RefCell<Vec<u8>>,
    position: Cell<usize>,
}

impl Memory {
    /// A stream that reads what `written` took in from its beginning.
    pub(crate) fn rewound(written: &ComWrapper<Self>) -> ComWrapper<Self> {
        ComWrapper::new(Self { bytes: written.bytes.clone(), position: Cell::new(0) })
    }

    /// How much was written.
    pub(crate) fn len(&self) -> usize {
        self.bytes.borrow().len()
    }
}

impl Class for Memory {
    type Interfaces = (IBStream,);
}

#[allow(non_snake_case, reason = "the VST3 standard gives the names")]
impl IBStreamTrait for Memory {
    unsafe fn read(&self, buffer: *mut c_void, numBytes: int32, numBytesRead: *mut int32) -> tresult {
        let bytes = self.bytes.borrow();
        let rest = &bytes[self.position.get()..];
        let count = rest.len().min(numBytes as usize);
        // SAFETY: the plugin's buffer holds `numBytes`.
        unsafe {
            std::ptr::copy_nonoverlapping(rest.as_ptr(), buffer.cast(), count);
            if !numBytesRead.is_null() {
                *numBytesRead = count as int32;
            }
        }
        self.position.set(self.position.get() + count);
        kResultOk
    }

    unsafe fn write(&self, buffer: *mut c_void, numBytes: int32, numBytesWritten: *mut int32) -> tresult {
        // SAFETY: the plugin's buffer holds `numBytes`.
        unsafe {
            let written = std::slice::from_raw_parts(buffer.cast::<u8>(), numBytes as usize);
            self.bytes.borrow_mut().extend_from_slice(written);
            if !numBytesWritten.is_null() {
                *numBytesWritten = numBytes;
            }
        }
        kResultOk
    }

    unsafe fn seek(&self, _: int64, _: int32, _: *mut int64) -> tresult {
        kInvalidArgument
    }

    unsafe fn tell(&self, _: *mut int64) -> tresult {
        kInvalidArgument
    }
}
