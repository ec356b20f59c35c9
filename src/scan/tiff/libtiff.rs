//! Binding to the part of libtiff that is used: fields of a directory, rows and tiles, errors and warnings.
//!
//! The two dozen functions are declared by hand (libtiff 4.5, `tiffio.h`). A file is read from memory without being
//! copied. The first error or warning is kept, except [`HARMLESS`] warnings; libtiff itself prints nothing.

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

/// Prefixes of warnings during decoding that do not indicate damage.
const HARMLESS: [&str; 5] = [
    "Old-style LZW codes",
    "Deprecated and troublesome old-style JPEG",
    "Subsampling tag is not set",
    "The JPEG strip/tile is encoded with progressive mode",
    "Auto-corrected former TIFF subsampling values",
];

#[repr(C)]
struct RawTiff {
    _private: [u8; 0],
}

#[repr(C)]
struct RawOptions {
    _private: [u8; 0],
}

/// Message handler: receives the user data, the module, a `printf` format and its `va_list`. A `va_list` is passed as
/// one pointer on every platform that libtiff and Rust share.
type Handler = extern "C" fn(*mut RawTiff, *mut c_void, *const c_char, *const c_char, *mut c_void) -> c_int;
type ReadProcedure = extern "C" fn(*mut c_void, *mut c_void, isize) -> isize;

unsafe extern "C" {
    fn TIFFOpenOptionsAlloc() -> *mut RawOptions;
    fn TIFFOpenOptionsFree(options: *mut RawOptions);
    fn TIFFOpenOptionsSetMaxSingleMemAlloc(options: *mut RawOptions, bytes: isize);
    fn TIFFOpenOptionsSetErrorHandlerExtR(options: *mut RawOptions, handler: Handler, data: *mut c_void);
    fn TIFFOpenOptionsSetWarningHandlerExtR(options: *mut RawOptions, handler: Handler, data: *mut c_void);
    fn TIFFClientOpenExt(
        name: *const c_char,
        mode: *const c_char,
        file: *mut c_void,
        read: ReadProcedure,
        write: ReadProcedure,
        seek: extern "C" fn(*mut c_void, u64, c_int) -> u64,
        close: extern "C" fn(*mut c_void) -> c_int,
        size: extern "C" fn(*mut c_void) -> u64,
        map: extern "C" fn(*mut c_void, *mut *mut c_void, *mut u64) -> c_int,
        unmap: extern "C" fn(*mut c_void, *mut c_void, u64),
        options: *mut RawOptions,
    ) -> *mut RawTiff;
    fn TIFFClose(tiff: *mut RawTiff);
    fn TIFFSetSubDirectory(tiff: *mut RawTiff, offset: u64) -> c_int;
    fn TIFFGetField(tiff: *mut RawTiff, tag: u32, ...) -> c_int;
    fn TIFFGetFieldDefaulted(tiff: *mut RawTiff, tag: u32, ...) -> c_int;
    fn TIFFSetField(tiff: *mut RawTiff, tag: u32, ...) -> c_int;
    fn TIFFIsCODECConfigured(compression: u16) -> c_int;
    fn TIFFIsTiled(tiff: *mut RawTiff) -> c_int;
    fn TIFFNumberOfStrips(tiff: *mut RawTiff) -> u32;
    fn TIFFNumberOfTiles(tiff: *mut RawTiff) -> u32;
    fn TIFFGetStrileOffset(tiff: *mut RawTiff, chunk: u32) -> u64;
    fn TIFFGetStrileByteCount(tiff: *mut RawTiff, chunk: u32) -> u64;
    fn TIFFScanlineSize(tiff: *mut RawTiff) -> isize;
    fn TIFFTileSize(tiff: *mut RawTiff) -> isize;
    fn TIFFTileRowSize(tiff: *mut RawTiff) -> isize;
    fn TIFFComputeTile(tiff: *mut RawTiff, x: u32, y: u32, z: u32, plane: u16) -> u32;
    fn TIFFReadScanline(tiff: *mut RawTiff, row: *mut c_void, y: u32, plane: u16) -> c_int;
    fn TIFFReadEncodedTile(tiff: *mut RawTiff, index: u32, tile: *mut c_void, size: isize) -> isize;
    fn TIFFRGBAImageOK(tiff: *mut RawTiff, message: *mut c_char) -> c_int;
    fn TIFFReadRGBAImageOriented(
        tiff: *mut RawTiff,
        width: u32,
        height: u32,
        raster: *mut u32,
        orientation: c_int,
        stop_on_error: c_int,
    ) -> c_int;
    fn vsnprintf(text: *mut c_char, size: usize, format: *const c_char, arguments: *mut c_void) -> c_int;
}

/// Fields of one 16-bit number. libtiff returns the default, if there is one, for a missing field.
#[derive(Debug, Clone, Copy)]
pub(super) enum Short {
    BitsPerSample = 258,
    Compression = 259,
    Photometric = 262,
    FillOrder = 266,
    Orientation = 274,
    SamplesPerPixel = 277,
    PlanarConfiguration = 284,
    ResolutionUnit = 296,
    InkSet = 332,
    SampleFormat = 339,
}

/// Fields of one 32-bit number.
#[derive(Debug, Clone, Copy)]
pub(super) enum Long {
    Width = 256,
    Height = 257,
    RowsPerStrip = 278,
    TileWidth = 322,
    TileHeight = 323,
}

/// Fields of one fraction.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fraction {
    XResolution = 282,
    YResolution = 283,
}

const COLOR_MAP: u32 = 320;
const EXTRA_SAMPLES: u32 = 338;
/// Pseudo-field for the colour mode of the JPEG decoder, and its value for RGB.
const JPEG_COLOR_MODE: (u32, c_int) = (65_538, 1);
/// Orientation with the first row at the top and the first column on the left.
const TOP_LEFT: c_int = 1;

/// Whether this build of libtiff decodes a compression.
pub(super) fn decodes(compression: u16) -> bool {
    // SAFETY: the function only reads a table of libtiff.
    unsafe { TIFFIsCODECConfigured(compression) != 0 }
}

/// A file in memory, and libtiff's read position.
struct File<'a> {
    bytes: &'a [u8],
    at: Cell<u64>,
}

/// The first message of the decoder since the last query.
#[derive(Default)]
struct Complaints {
    first: RefCell<Option<String>>,
}

pub(super) struct Directory<'a> {
    raw: NonNull<RawTiff>,
    // libtiff holds pointers to both boxes.
    complaints: Box<Complaints>,
    _file: Box<File<'a>>,
    _bytes: PhantomData<&'a [u8]>,
}

impl Drop for Directory<'_> {
    fn drop(&mut self) {
        // SAFETY: the handle is owned and closed once, before the file and the complaints that it points to are
        // dropped.
        unsafe { TIFFClose(self.raw.as_ptr()) }
    }
}

impl<'a> Directory<'a> {
    /// Reads the directory at an offset. libtiff allocates no block larger than `most_bytes`.
    pub(super) fn open(bytes: &'a [u8], offset: u64, most_bytes: u64) -> Result<Self, String> {
        let file = Box::new(File { bytes, at: Cell::new(0) });
        let complaints = Box::<Complaints>::default();
        let data = ptr::from_ref::<Complaints>(&complaints).cast_mut().cast::<c_void>();
        // SAFETY: the options are allocated, set and freed here. Handlers receive `data`, procedures receive the
        // file; both are boxed and live as long as the handle. "h" reads the header alone.
        let raw = unsafe {
            let options = TIFFOpenOptionsAlloc();
            if options.is_null() {
                return Err("no memory".to_owned());
            }
            TIFFOpenOptionsSetMaxSingleMemAlloc(options, isize::try_from(most_bytes).unwrap_or(isize::MAX));
            TIFFOpenOptionsSetErrorHandlerExtR(options, hear_error, data);
            TIFFOpenOptionsSetWarningHandlerExtR(options, hear_warning, data);
            let handle = ptr::from_ref::<File<'_>>(&file).cast_mut().cast::<c_void>();
            let raw = TIFFClientOpenExt(
                c"page".as_ptr(),
                c"rh".as_ptr(),
                handle,
                read,
                write,
                seek,
                close,
                size,
                map,
                unmap,
                options,
            );
            TIFFOpenOptionsFree(options);
            raw
        };
        let Some(raw) = NonNull::new(raw) else { return Err(complaints.take().unwrap_or_default()) };
        let directory = Self { raw, complaints, _file: file, _bytes: PhantomData };
        // SAFETY: the handle is live.
        if unsafe { TIFFSetSubDirectory(raw.as_ptr(), offset) } == 0 {
            return Err(directory.complaint().unwrap_or_else(|| "a page's directory is damaged".to_owned()));
        }
        // Discards messages about single fields of an accepted directory: nearly every scanner writes an unusual one.
        directory.complaint();
        Ok(directory)
    }

    /// The first error or warning since the last call.
    pub(super) fn complaint(&self) -> Option<String> {
        self.complaints.take()
    }

    pub(super) fn short(&self, field: Short) -> Option<u16> {
        let mut value = 0u16;
        // SAFETY: these fields are one number of 16 bits, written to `value`.
        let is_there =
            unsafe { TIFFGetFieldDefaulted(self.raw.as_ptr(), field as u32, ptr::from_mut(&mut value)) };
        (is_there == 1).then_some(value)
    }

    pub(super) fn long(&self, field: Long) -> Option<u32> {
        let mut value = 0u32;
        // SAFETY: these fields are one number of 32 bits, written to `value`.
        let is_there =
            unsafe { TIFFGetFieldDefaulted(self.raw.as_ptr(), field as u32, ptr::from_mut(&mut value)) };
        (is_there == 1).then_some(value)
    }

    pub(super) fn fraction(&self, field: Fraction) -> Option<f32> {
        let mut value = 0f32;
        // SAFETY: these fields are returned as one `float`, written to `value`.
        let is_there = unsafe { TIFFGetField(self.raw.as_ptr(), field as u32, ptr::from_mut(&mut value)) };
        (is_there == 1).then_some(value)
    }

    /// Meaning of each channel beyond the colours: 1 and 2 are opacity (TIFF 6.0, section 18).
    pub(super) fn extra_samples(&self) -> Vec<u16> {
        let (mut count, mut values) = (0u16, ptr::null::<u16>());
        // SAFETY: the field is a count and a pointer to as many numbers, which belong to libtiff and are copied.
        unsafe {
            let (count_at, values_at) = (ptr::from_mut(&mut count), ptr::from_mut(&mut values));
            let is_there = TIFFGetFieldDefaulted(self.raw.as_ptr(), EXTRA_SAMPLES, count_at, values_at) == 1;
            if !is_there || values.is_null() {
                return vec![];
            }
            std::slice::from_raw_parts(values, usize::from(count)).to_vec()
        }
    }

    /// The palette of a page with `bits` bits a sample.
    pub(super) fn color_map(&self, bits: u16) -> Option<Vec<[u16; 3]>> {
        let mut parts = [ptr::null::<u16>(); 3];
        let [r, g, b] = &mut parts;
        // SAFETY: the field is three pointers to 2^BitsPerSample numbers each, which belong to libtiff and are copied.
        let is_there = unsafe {
            let (r, g, b) = (ptr::from_mut(r), ptr::from_mut(g), ptr::from_mut(b));
            TIFFGetField(self.raw.as_ptr(), COLOR_MAP, r, g, b) == 1
        };
        if !is_there || bits > 8 || parts.iter().any(|part| part.is_null()) {
            return None;
        }
        // SAFETY: as above; libtiff rejects a palette of any other length.
        let [r, g, b] = parts.map(|part| unsafe { std::slice::from_raw_parts(part, 1 << bits) });
        Some((0..1 << bits).map(|i| [r[i], g[i], b[i]]).collect())
    }

    /// Makes the decoder convert JPEG data from YCbCr to RGB at full size.
    pub(super) fn decode_jpeg_to_rgb(&self) {
        let (tag, rgb) = JPEG_COLOR_MODE;
        // SAFETY: the field is one `int`. It is set in memory only.
        unsafe { TIFFSetField(self.raw.as_ptr(), tag, rgb) };
    }

    pub(super) fn is_tiled(&self) -> bool {
        // SAFETY: the handle is live.
        unsafe { TIFFIsTiled(self.raw.as_ptr()) != 0 }
    }

    /// Offset and length of each strip or tile in the file, bytes.
    pub(super) fn chunks(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let raw = self.raw.as_ptr();
        // SAFETY: the handle is live while it is borrowed; indexes beyond the last return zero.
        let count = unsafe { if self.is_tiled() { TIFFNumberOfTiles(raw) } else { TIFFNumberOfStrips(raw) } };
        // SAFETY: as above.
        (0..count).map(move |i| unsafe { (TIFFGetStrileOffset(raw, i), TIFFGetStrileByteCount(raw, i)) })
    }

    /// Length of a row of pixels, bytes; of one plane if the planes are separate.
    pub(super) fn row_bytes(&self) -> usize {
        // SAFETY: the handle is live. 0 is an error.
        usize::try_from(unsafe { TIFFScanlineSize(self.raw.as_ptr()) }).unwrap_or(0)
    }

    /// Size of a tile, and of one of its rows, bytes.
    pub(super) fn tile_bytes(&self) -> (usize, usize) {
        // SAFETY: the handle is live. 0 is an error.
        let (tile, row) = unsafe { (TIFFTileSize(self.raw.as_ptr()), TIFFTileRowSize(self.raw.as_ptr())) };
        (usize::try_from(tile).unwrap_or(0), usize::try_from(row).unwrap_or(0))
    }

    /// Decodes a row of a page in strips into a buffer of [`Self::row_bytes`]. Returns whether it was decoded.
    pub(super) fn read_row(&self, y: u32, plane: u16, row: &mut [u8]) -> bool {
        // libtiff may change the row length between calls.
        if row.is_empty() || row.len() != self.row_bytes() {
            return false;
        }
        // SAFETY: libtiff writes one row, no longer than the buffer.
        unsafe { TIFFReadScanline(self.raw.as_ptr(), row.as_mut_ptr().cast(), y, plane) == 1 }
    }

    /// Decodes the tile that contains a pixel. Returns whether it was decoded.
    pub(super) fn read_tile(&self, x: u32, y: u32, plane: u16, tile: &mut [u8]) -> bool {
        let Ok(size) = isize::try_from(tile.len()) else { return false };
        // SAFETY: libtiff writes no more than `size` bytes, and rejects an index that does not exist.
        unsafe {
            let index = TIFFComputeTile(self.raw.as_ptr(), x, y, 0, plane);
            TIFFReadEncodedTile(self.raw.as_ptr(), index, tile.as_mut_ptr().cast(), size) >= 0
        }
    }

    /// The whole page as premultiplied RGBA, red in the lowest byte, with rows and columns as stored. Pixels that
    /// were not decoded have no opacity.
    pub(super) fn read_rgba(&self, width: u32, height: u32) -> Result<Vec<u32>, String> {
        let mut message = [0 as c_char; 1024];
        // SAFETY: the message buffer has the size that libtiff demands.
        if unsafe { TIFFRGBAImageOK(self.raw.as_ptr(), message.as_mut_ptr()) } == 0 {
            // SAFETY: libtiff writes a text that ends with zero.
            return Err(unsafe { CStr::from_ptr(message.as_ptr()) }.to_string_lossy().into_owned());
        }
        let mut raster = vec![0u32; width as usize * height as usize];
        // SAFETY: the raster holds width × height pixels, as many as the page. The orientation is changed in memory
        // only, so that libtiff mirrors nothing.
        unsafe {
            TIFFSetField(self.raw.as_ptr(), Short::Orientation as u32, TOP_LEFT);
            TIFFReadRGBAImageOriented(self.raw.as_ptr(), width, height, raster.as_mut_ptr(), TOP_LEFT, 1);
        }
        Ok(raster)
    }
}

impl Complaints {
    fn take(&self) -> Option<String> {
        self.first.borrow_mut().take()
    }

    /// Keeps the first serious message.
    fn add(&self, format: *const c_char, arguments: *mut c_void, is_serious: impl Fn(&str) -> bool) {
        let mut text = [0u8; 256];
        if self.first.borrow().is_some() || format.is_null() {
            return;
        }
        // SAFETY: format and arguments come from libtiff and belong together; at most the length of `text` is written.
        unsafe { vsnprintf(text.as_mut_ptr().cast(), text.len(), format, arguments) };
        let text = CStr::from_bytes_until_nul(&text).map(CStr::to_string_lossy).unwrap_or_default();
        if is_serious(&text) {
            *self.first.borrow_mut() = Some(text.trim_end_matches(['.', '\n']).to_owned());
        }
    }
}

extern "C" fn hear_error(
    _tiff: *mut RawTiff,
    complaints: *mut c_void,
    _module: *const c_char,
    format: *const c_char,
    arguments: *mut c_void,
) -> c_int {
    // SAFETY: libtiff passes the pointer that `Directory::open` gave it.
    unsafe { &*complaints.cast::<Complaints>() }.add(format, arguments, |_| true);
    1
}

extern "C" fn hear_warning(
    _tiff: *mut RawTiff,
    complaints: *mut c_void,
    _module: *const c_char,
    format: *const c_char,
    arguments: *mut c_void,
) -> c_int {
    let is_serious = |text: &str| !HARMLESS.iter().any(|harmless| text.starts_with(harmless));
    // SAFETY: libtiff passes the pointer that `Directory::open` gave it.
    unsafe { &*complaints.cast::<Complaints>() }.add(format, arguments, is_serious);
    1
}

/// The file behind the handle that libtiff passes to its procedures.
fn file<'a>(handle: *mut c_void) -> &'a File<'a> {
    // SAFETY: libtiff passes the pointer that `Directory::open` gave it, which lives as long as the handle.
    unsafe { &*handle.cast::<File<'a>>() }
}

extern "C" fn read(handle: *mut c_void, target: *mut c_void, size: isize) -> isize {
    let file = file(handle);
    let start = usize::try_from(file.at.get()).unwrap_or(usize::MAX).min(file.bytes.len());
    let rest = &file.bytes[start..];
    let length = rest.len().min(usize::try_from(size).unwrap_or(0));
    // SAFETY: the target has room for `size` bytes, which is no less than `length`.
    unsafe { ptr::copy_nonoverlapping(rest.as_ptr(), target.cast(), length) };
    file.at.set((start + length) as u64);
    length as isize
}

extern "C" fn write(_handle: *mut c_void, _source: *mut c_void, _size: isize) -> isize {
    -1
}

/// `whence` is that of `lseek`: from the beginning, from the current position, from the end.
extern "C" fn seek(handle: *mut c_void, offset: u64, whence: c_int) -> u64 {
    let file = file(handle);
    let base = match whence {
        0 => 0,
        1 => file.at.get(),
        _ => file.bytes.len() as u64,
    };
    file.at.set(base.wrapping_add(offset));
    file.at.get()
}

extern "C" fn close(_handle: *mut c_void) -> c_int {
    0
}

extern "C" fn size(handle: *mut c_void) -> u64 {
    file(handle).bytes.len() as u64
}

/// Maps the bytes into libtiff, which never writes to them because the file is open for reading.
extern "C" fn map(handle: *mut c_void, base: *mut *mut c_void, length: *mut u64) -> c_int {
    let bytes = file(handle).bytes;
    // SAFETY: both are libtiff's own variables.
    unsafe {
        *base = bytes.as_ptr().cast_mut().cast();
        *length = bytes.len() as u64;
    }
    1
}

extern "C" fn unmap(_handle: *mut c_void, _base: *mut c_void, _length: u64) {}
