//! Checks all objects that a page refers to before it is rendered: streams by their unpacked size, meshes and functions
//! by the work that they cause.
//!
//! The renderer unpacks each font, table, pattern and form as a whole. Images are checked when they are painted
//! (`rehearse`), because programs give the same list of images to all pages of a file.

use super::super::{Limit, ScanError};
use super::size::MOST_CONTENT;
use super::unpack::unpacked_bytes;
use hayro_syntax::object::dict::Dict;
use hayro_syntax::object::stream::Stream;
use hayro_syntax::object::{Array, MaybeRef, Name, ObjRef, Object, ObjectIdentifier};
use hayro_syntax::page::Page;
use std::collections::HashSet;

/// Limit for the objects that a page refers to, directly or indirectly.
const MOST_OBJECTS: usize = 1_000_000;
/// Limit for the unpacked size of all streams except images, bytes. Four fonts with all Chinese characters have 60 MB.
const MOST_TOGETHER: u64 = 128 << 20;
/// Limit for the vertices of a colour mesh, bytes. The renderer scans the whole mesh for each pixel.
const MOST_MESH: u64 = 64 << 10;
/// Limit for a calculator function, bytes. It is evaluated for each pixel or colour.
const MOST_CALCULATOR: u64 = 8 << 10;
/// Largest nesting depth of functions and colour spaces.
const DEEPEST: usize = 8;
/// Keys that lead to other pages, or to data that no renderer reads.
const ELSEWHERE: [&[u8]; 12] = [
    b"Parent",
    b"P",
    b"Dest",
    b"A",
    b"AA",
    b"Popup",
    b"Metadata",
    b"Thumb",
    b"PieceInfo",
    b"B",
    b"StructParents",
    b"IRT",
];

/// Rejects a page that refers to more than the limits allow.
pub(super) fn check(page: &Page<'_>, limit: Limit) -> Result<(), ScanError> {
    let mut survey =
        Survey { page, limit, seen: HashSet::new(), objects: 0, left: MOST_TOGETHER, open: vec![] };
    survey.take_dict(page.raw())?;
    survey.take_resources()?;
    while let Some(object) = survey.open.pop() {
        survey.take(object)?;
    }
    Ok(())
}

struct Survey<'s, 'p> {
    page: &'s Page<'p>,
    limit: Limit,
    seen: HashSet<(u32, i32)>,
    objects: usize,
    /// Remaining limit for the unpacked size of streams, bytes.
    left: u64,
    open: Vec<Object<'p>>,
}

impl<'p> Survey<'_, 'p> {
    /// Adds the resources, which a page may inherit from the page tree.
    fn take_resources(&mut self) -> Result<(), ScanError> {
        let resources = self.page.resources();
        let parts = [
            &resources.ext_g_states,
            &resources.fonts,
            &resources.color_spaces,
            &resources.x_objects,
            &resources.patterns,
            &resources.shadings,
        ];
        parts.into_iter().try_for_each(|part| self.take_dict(part))
    }

    fn take(&mut self, object: Object<'p>) -> Result<(), ScanError> {
        match object {
            Object::Dict(dict) => {
                self.check_depth(&dict, "Functions")?;
                self.take_dict(&dict)
            }
            Object::Array(array) => {
                check_space(&array, 0)?;
                array.raw_iter().try_for_each(|part| self.put(part))
            }
            Object::Stream(stream) => self.take_stream(&stream),
            _ => Ok(()),
        }
    }

    fn take_dict(&mut self, dict: &Dict<'p>) -> Result<(), ScanError> {
        for (key, value) in dict.entries() {
            if !ELSEWHERE.contains(&key.as_ref()) {
                self.put(value)?;
            }
        }
        Ok(())
    }

    fn put(&mut self, object: MaybeRef<Object<'p>>) -> Result<(), ScanError> {
        let is_simple =
            |object: &Object<'_>| !matches!(object, Object::Dict(_) | Object::Array(_) | Object::Stream(_));
        if matches!(&object, MaybeRef::NotRef(object) if is_simple(object)) {
            return Ok(());
        }
        self.objects += 1;
        if self.objects > MOST_OBJECTS {
            return Err(too_much(format!("the page refers to more than {MOST_OBJECTS} objects")));
        }
        match object {
            MaybeRef::Ref(ObjRef { obj_number, gen_number }) => {
                if self.seen.insert((obj_number, gen_number)) {
                    let id = ObjectIdentifier::new(obj_number, gen_number);
                    self.open.extend(self.page.xref().get::<Object<'p>>(id));
                }
            }
            MaybeRef::NotRef(object) => self.open.push(object),
        }
        Ok(())
    }

    fn take_stream(&mut self, stream: &Stream<'p>) -> Result<(), ScanError> {
        let dict = stream.dict();
        let is_image = dict.get::<Name<'_>>("Subtype").is_some_and(|kind| kind.as_ref() == b"Image");
        if is_image {
            return Ok(());
        }
        self.check_depth(dict, "Functions")?;
        let bytes = unpacked_bytes(stream, self.left.min(MOST_CONTENT))?;
        self.left -= bytes;
        // Types 4 to 7 are meshes.
        if dict.get::<u8>("ShadingType").is_some() && bytes > MOST_MESH {
            return Err(too_much(format!("a mesh of colours on the page has {bytes} bytes")));
        }
        match dict.get::<u8>("FunctionType") {
            Some(4) if bytes > MOST_CALCULATOR => {
                return Err(too_much(format!("a function on the page has {bytes} bytes")));
            }
            Some(0) => self.check_samples(dict)?,
            _ => {}
        }
        self.take_dict(dict)
    }

    /// Limits the table of a sampled function, which is allocated as declared.
    fn check_samples(&self, dict: &Dict<'_>) -> Result<(), ScanError> {
        let sizes =
            dict.get::<Array<'_>>("Size").map(|sizes| sizes.iter::<u32>().take(64).collect::<Vec<_>>());
        let outputs =
            dict.get::<Array<'_>>("Range").map_or(1, |range| range.iter::<f32>().count() as u64 / 2);
        let product =
            |all: Vec<u32>| all.into_iter().fold(outputs, |all, one| all.saturating_mul(u64::from(one)));
        let samples = sizes.map_or(0, product);
        if samples > self.limit.0 / 8 {
            return Err(too_much(format!("a function on the page has {samples} samples")));
        }
        Ok(())
    }

    /// Limits the nesting of functions, which may be circular.
    fn check_depth(&self, dict: &Dict<'p>, key: &str) -> Result<(), ScanError> {
        let mut level = vec![dict.clone()];
        for _ in 0..DEEPEST {
            let inner = level.iter().filter_map(|dict| dict.get::<Array<'p>>(key));
            let inner: Vec<Dict<'p>> = inner
                .flat_map(|all| all.iter::<Object<'p>>())
                .filter_map(|object| match object {
                    Object::Dict(dict) => Some(dict),
                    Object::Stream(stream) => Some(stream.dict().clone()),
                    _ => None,
                })
                .take(1000)
                .collect();
            if inner.is_empty() {
                return Ok(());
            }
            level = inner;
        }
        Err(too_much("a function on the page is made of itself".to_owned()))
    }
}

/// Limits the nesting of colour spaces, which may be circular.
fn check_space(array: &Array<'_>, depth: usize) -> Result<(), ScanError> {
    if depth > DEEPEST {
        return Err(too_much("a colour space on the page is made of itself".to_owned()));
    }
    let is_space = array.iter::<Object<'_>>().next().is_some_and(|first| {
        let Object::Name(name) = first else { return false };
        [&b"Indexed"[..], b"I", b"Separation", b"DeviceN", b"Pattern", b"ICCBased"].contains(&name.as_ref())
    });
    if !is_space {
        return Ok(());
    }
    for part in array.iter::<Object<'_>>().take(8) {
        match part {
            Object::Array(base) => check_space(&base, depth + 1)?,
            Object::Stream(profile) => {
                if let Some(other) = profile.dict().get::<Array<'_>>("Alternate") {
                    check_space(&other, depth + 1)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn too_much(cause: String) -> ScanError {
    ScanError::TooMuch(cause)
}
