//! Files that maps refer to: external tilesets and object templates, each read once per map.

use std::{collections::BTreeMap, sync::Arc};

use super::{read, rules};
use crate::{
    finding::{Finding, Place, Spot},
    model::{Gid, MapTileset, Object, Tileset},
    source::{self, Sources},
};

/// An object to be instantiated, with the tileset that its tile comes from.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) object: Object,
    /// First gid within the template, and the tileset's file.
    pub(crate) tileset: Option<(u32, String)>,
}

/// Reads what a map refers to, and collects what is wrong on the way.
#[derive(Debug)]
pub(crate) struct Linker<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) findings: Vec<Finding>,
    tilesets: BTreeMap<String, Option<Arc<Tileset>>>,
    templates: BTreeMap<String, Option<Arc<Template>>>,
    /// Templates that are being read: one that needs itself is refused.
    open: Vec<String>,
}

impl<'a> Linker<'a> {
    pub(crate) fn new(sources: &'a Sources) -> Self {
        Self {
            sources,
            findings: Vec::new(),
            tilesets: BTreeMap::new(),
            templates: BTreeMap::new(),
            open: Vec::new(),
        }
    }

    /// The tileset in the file that a map at `spot` calls `reference`.
    pub(crate) fn tileset(&mut self, spot: &Spot, reference: &str) -> Option<Arc<Tileset>> {
        let name = source::resolve(source::parent(&spot.file), reference);
        if let Some(known) = self.tilesets.get(&name) {
            return known.clone();
        }
        let tileset = match self.sources.load(&name) {
            Ok(file) => read::tileset(&file, self).map(Arc::new),
            Err(error) => {
                self.missing(&rules::TILESET_FILE_MISSING, spot, "tileset", reference, &error);
                None
            }
        };
        self.tilesets.insert(name, tileset.clone());
        tileset
    }

    /// The template in the file that an object at `spot` calls `reference`.
    pub(crate) fn template(&mut self, spot: &Spot, reference: &str) -> Option<Arc<Template>> {
        let name = source::resolve(source::parent(&spot.file), reference);
        if let Some(known) = self.templates.get(&name) {
            return known.clone();
        }
        if self.open.contains(&name) {
            let message = format!("the template \"{reference}\" needs itself");
            self.findings.push(Finding::new(&rules::TEMPLATE_MISSING, spot.clone(), message));
            return None;
        }
        let template = match self.sources.load(&name) {
            Ok(file) => {
                self.open.push(name.clone());
                let template = read::template(&file, self).map(Arc::new);
                self.open.pop();
                template
            }
            Err(error) => {
                self.missing(&rules::TEMPLATE_MISSING, spot, "template", reference, &error);
                None
            }
        };
        self.templates.insert(name, template.clone());
        template
    }

    fn missing(
        &mut self,
        rule: &'static crate::finding::Rule,
        spot: &Spot,
        noun: &str,
        reference: &str,
        error: &std::io::Error,
    ) {
        // Tiled's own files come with it.
        if reference.starts_with(":/") {
            return;
        }
        let message = match error.kind() {
            std::io::ErrorKind::NotFound => format!("the {noun} file \"{reference}\" does not exist"),
            _ => format!("the {noun} file \"{reference}\" cannot be read: {error}"),
        };
        self.findings.push(Finding::new(rule, spot.clone(), message).at(Place::default()));
    }
}

impl Template {
    /// The template's tile as a gid of the map that has these tilesets.
    pub(crate) fn gid_in(&self, map_file: &str, tilesets: &[MapTileset]) -> Option<Gid> {
        let gid = self.object.gid?;
        let (first, file) = self.tileset.as_ref()?;
        let folder = source::parent(map_file);
        let owner = tilesets
            .iter()
            .find(|set| set.source.as_ref().is_some_and(|path| source::resolve(folder, path) == *file))?;
        Some(gid.with_id(owner.first_gid.saturating_add(gid.id().saturating_sub(*first))))
    }
}
