//! The Tesseract engine, one line at a time, through its C interface.
//!
//! The safe API of the bindings lacks raw pixel input, iterators and the page segmentation mode, so this file calls the
//! C functions directly. It passes a line as gray pixels, without PNG encoding, in page segmentation mode 13 (raw
//! line). Columns are rotated by 90° counter-clockwise and read with `jpn_vert`, which was trained on rotated columns;
//! mode 13 reads nothing from upright columns. One engine takes 75 ms to open and 35 MB of memory (Tesseract 5.3.0,
//! Debian's fast models).
//!
//! Tesseract's own threads slow down parallel processing of pages (tesseract#3109). `OMP_THREAD_LIMIT=1` must therefore
//! be set in the environment before the program starts.

use super::prepare::{Prepared, prepare};
use super::{EngineDescription, ReadGlyph, RecognizeError, Recognizer};
use crate::geometry::BBox;
use crate::page::{Confidence, WritingMode};
use crate::provenance::{Model, sha256};
use image::GrayImage;
use leptess::capi;
use std::ffi::{CStr, CString};
use std::os::raw::c_int;
use std::path::{Path, PathBuf};
use std::ptr::NonNull;

/// Model folders of Debian and other systems.
const FOLDERS: [&str; 5] = [
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
];
/// Model names for horizontal and vertical lines.
const MODELS: [&str; 2] = ["jpn", "jpn_vert"];

/// One engine for each writing mode, opened on first use.
pub struct Tesseract {
    folder: PathBuf,
    description: EngineDescription,
    horizontal: Option<Api>,
    vertical: Option<Api>,
}

/// The model folder and the SHA-256 of the models, shared by all engines of a run.
#[derive(Debug, Clone)]
pub struct TesseractModels {
    folder: PathBuf,
    description: EngineDescription,
}

impl TesseractModels {
    /// Finds the models in the given folder, or in the usual system folders.
    ///
    /// # Errors
    /// Returns an error if a model is missing. Tesseract itself reports this only on stderr.
    pub fn find(tessdata: Option<&Path>) -> Result<Self, RecognizeError> {
        let folders: Vec<PathBuf> = match tessdata {
            // In Tesseract 3, TESSDATA_PREFIX was the parent folder, and some systems still set it so.
            Some(folder) => vec![folder.to_owned(), folder.join("tessdata")],
            None => FOLDERS.iter().map(PathBuf::from).collect(),
        };
        let has = |folder: &PathBuf, model: &str| folder.join(format!("{model}.traineddata")).is_file();
        let most = |folder: &&PathBuf| MODELS.iter().filter(|m| has(folder, m)).count();
        let folder = folders.iter().rev().max_by_key(most).expect("never empty").clone();
        if let Some(model) = MODELS.iter().find(|m| !has(&folder, m)) {
            return Err(missing(model, tessdata.unwrap_or(&folder)));
        }
        let models = MODELS.iter().map(|name| fingerprint(name, &folder)).collect::<Result<_, _>>()?;
        let description = EngineDescription { name: "tesseract".to_owned(), version: version(), models };
        Ok(Self { folder, description })
    }

    /// Creates an engine with these models.
    #[must_use]
    pub fn open(&self) -> Tesseract {
        Tesseract {
            folder: self.folder.clone(),
            description: self.description.clone(),
            horizontal: None,
            vertical: None,
        }
    }
}

fn missing(model: &str, folder: &Path) -> RecognizeError {
    RecognizeError::ModelMissing {
        model: model.to_owned(),
        folder: folder.display().to_string(),
        remedy: format!(
            "install tesseract-ocr-{}, or name the folder of the models",
            model.replace('_', "-")
        ),
    }
}

fn fingerprint(name: &str, folder: &Path) -> Result<Model, RecognizeError> {
    let path = folder.join(format!("{name}.traineddata"));
    let bytes = std::fs::read(&path).map_err(|e| RecognizeError::ModelMissing {
        model: name.to_owned(),
        folder: folder.display().to_string(),
        remedy: format!("{}: {e}", path.display()),
    })?;
    Ok(Model { name: name.to_owned(), sha256: sha256(&bytes) })
}

fn version() -> String {
    // SAFETY: TessVersion returns a static, NUL-terminated string.
    unsafe { CStr::from_ptr(capi::TessVersion()) }.to_string_lossy().into_owned()
}

impl Tesseract {
    fn api(&mut self, mode: WritingMode) -> Result<&mut Api, RecognizeError> {
        let (slot, model) = match mode {
            WritingMode::HorizontalTb => (&mut self.horizontal, MODELS[0]),
            WritingMode::VerticalRl => (&mut self.vertical, MODELS[1]),
        };
        if slot.is_none() {
            *slot = Some(Api::open(&self.folder, model)?);
        }
        Ok(slot.as_mut().expect("opened above"))
    }
}

impl Recognizer for Tesseract {
    fn describe(&self) -> EngineDescription {
        self.description.clone()
    }

    fn read_line(&mut self, line: &GrayImage, mode: WritingMode) -> Result<Vec<ReadGlyph>, RecognizeError> {
        let prepared = prepare(line, mode);
        self.api(mode)?.read(&prepared)
    }
}

/// An open Tesseract handle.
struct Api(NonNull<capi::TessBaseAPI>);

// SAFETY: a handle has no thread affinity and is owned by one thread at a time.
unsafe impl Send for Api {}

impl Drop for Api {
    fn drop(&mut self) {
        // SAFETY: the handle came from TessBaseAPICreate and is deleted once.
        unsafe { capi::TessBaseAPIDelete(self.0.as_ptr()) }
    }
}

impl Api {
    fn open(folder: &Path, model: &str) -> Result<Self, RecognizeError> {
        let failed = |why: &str| RecognizeError::Failed(format!("tesseract: {why}"));
        let folder_name = folder.to_str().ok_or_else(|| failed("the models' folder has no UTF-8 name"))?;
        let text = |s: &str| CString::new(s).map_err(|_| failed("a name with a NUL"));
        let (folder_name, model_name) = (text(folder_name)?, text(model)?);
        // SAFETY: plain constructor; a null handle is refused.
        let api =
            Self(NonNull::new(unsafe { capi::TessBaseAPICreate() }).ok_or_else(|| failed("out of memory"))?);
        // SAFETY: the handle is live, the strings are NUL-terminated and outlive the call.
        let refused =
            unsafe { capi::TessBaseAPIInit3(api.0.as_ptr(), folder_name.as_ptr(), model_name.as_ptr()) };
        if refused != 0 {
            return Err(missing(model, folder));
        }
        // SAFETY: the handle is live.
        unsafe { capi::TessBaseAPISetPageSegMode(api.0.as_ptr(), capi::TessPageSegMode_PSM_RAW_LINE) };
        // Lines are dark on light, so inversion is not tested. Dictionaries would modernize the spelling.
        for (name, value) in [("tessedit_do_invert", "0"), ("load_system_dawg", "0"), ("load_freq_dawg", "0")]
        {
            let (name, value) = (text(name)?, text(value)?);
            // SAFETY: the handle is live, the strings are NUL-terminated and outlive the call.
            unsafe { capi::TessBaseAPISetVariable(api.0.as_ptr(), name.as_ptr(), value.as_ptr()) };
        }
        Ok(api)
    }

    fn read(&mut self, line: &Prepared) -> Result<Vec<ReadGlyph>, RecognizeError> {
        let (width, height) = (line.image.width() as c_int, line.image.height() as c_int);
        // SAFETY: the handle is live; the pixels are width × height bytes without padding and are copied by the call.
        let refused = unsafe {
            capi::TessBaseAPISetImage(self.0.as_ptr(), line.image.as_raw().as_ptr(), width, height, 1, width);
            capi::TessBaseAPISetSourceResolution(self.0.as_ptr(), 300);
            capi::TessBaseAPIRecognize(self.0.as_ptr(), std::ptr::null_mut())
        };
        if refused != 0 {
            return Err(RecognizeError::Failed("tesseract gave up on a line".to_owned()));
        }
        let glyphs = Symbols::of(self).map_or_else(Vec::new, |s| s.collect(line));
        // SAFETY: the handle is live; results were copied.
        unsafe { capi::TessBaseAPIClear(self.0.as_ptr()) };
        Ok(glyphs)
    }
}

/// Iterator over the recognized symbols.
struct Symbols<'a> {
    iterator: NonNull<capi::TessResultIterator>,
    _api: &'a mut Api,
}

impl Drop for Symbols<'_> {
    fn drop(&mut self) {
        // SAFETY: the iterator came from TessBaseAPIGetIterator and is deleted once, before its engine.
        unsafe { capi::TessResultIteratorDelete(self.iterator.as_ptr()) }
    }
}

const SYMBOL: capi::TessPageIteratorLevel = capi::TessPageIteratorLevel_RIL_SYMBOL;

impl<'a> Symbols<'a> {
    /// `None` if nothing was recognized.
    fn of(api: &'a mut Api) -> Option<Self> {
        // SAFETY: the handle is live; null means that there is no result.
        let iterator = NonNull::new(unsafe { capi::TessBaseAPIGetIterator(api.0.as_ptr()) })?;
        Some(Self { iterator, _api: api })
    }

    fn collect(self, line: &Prepared) -> Vec<ReadGlyph> {
        let mut glyphs = Vec::new();
        loop {
            glyphs.extend(self.symbol(line));
            // SAFETY: the iterator is live.
            if unsafe { capi::TessResultIteratorNext(self.iterator.as_ptr(), SYMBOL) } == 0 {
                return glyphs;
            }
        }
    }

    fn symbol(&self, line: &Prepared) -> Option<ReadGlyph> {
        let it = self.iterator.as_ptr();
        // SAFETY: the iterator is live; the text is copied before it is freed; null means no text.
        let text = unsafe {
            let raw = capi::TessResultIteratorGetUTF8Text(it, SYMBOL);
            if raw.is_null() {
                return None;
            }
            let text = CStr::from_ptr(raw).to_string_lossy().into_owned();
            capi::TessDeleteText(raw);
            text
        };
        let mut edges: [c_int; 4] = [0; 4];
        let [left, top, right, bottom] = &mut edges;
        // SAFETY: the iterator is live, the four integers outlive the call.
        let percent = unsafe {
            let page = capi::TessResultIteratorGetPageIterator(it);
            capi::TessPageIteratorBoundingBox(page, SYMBOL, left, top, right, bottom);
            capi::TessResultIteratorConfidence(it, SYMBOL)
        };
        let seen = BBox::from_ltrb(edges[0], edges[1], edges[2], edges[3]);
        Some(ReadGlyph {
            text,
            bbox: line.back(&seen),
            confidence: Confidence::clamped(percent / 100.0),
            alternatives: Vec::new(),
        })
    }
}
