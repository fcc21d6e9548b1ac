// Checks the open map for WorkAdventure and lists what is found in Tiled's issues: a double click there goes to the
// place. Written by `venue schema tiled-extension`; it wants `venue` on the path.

(function () {
    // The layer or object that a finding is about: those of Tiled have the ids of the file.
    function find(layers, place) {
        for (const layer of layers) {
            if (layer.isObjectLayer && place.object_id) {
                const object = layer.objects.find((object) => object.id === place.object_id);
                if (object) {
                    return { layer, object };
                }
            }
            if (layer.isGroupLayer) {
                const inside = find(layer.layers, place);
                if (inside) {
                    return inside;
                }
            }
            if (!place.object_id && layer.id === place.layer_id) {
                return { layer };
            }
        }
        return null;
    }

    function go(map, place) {
        tiled.activeAsset = map;
        const found = find(map.layers, place);
        if (found) {
            map.currentLayer = found.layer;
            map.selectedObjects = found.object ? [found.object] : [];
        }
        const area = place.area_tiles;
        if (area) {
            if (!found || !found.object) {
                map.selectedArea.set(Qt.rect(area.x, area.y, area.width, area.height));
            }
            const view = tiled.mapEditor.currentMapView;
            if (view) {
                const [x, y] = [area.x + area.width / 2, area.y + area.height / 2];
                view.centerOn(x * map.tileWidth, y * map.tileHeight);
            }
        }
    }

    function tell(map, finding) {
        const help = finding.help ? " (" + finding.help + ")" : "";
        const text = finding.file + ": " + finding.message + help + " [" + finding.rule + "]";
        const here = map.fileName.replace(/\\/g, "/").endsWith(finding.file);
        const visit = () => (here ? go(map, finding.place) : tiled.open(map.fileName));
        if (finding.severity === "error") {
            tiled.error(text, visit);
        } else if (finding.severity === "warning") {
            tiled.warn(text, visit);
        } else {
            tiled.log(text);
        }
    }

    const action = tiled.registerAction("VenueCheck", () => {
        const map = tiled.activeAsset;
        if (!map || !map.isTileMap) {
            tiled.alert("Open a map first.");
            return;
        }
        if (map.modified) {
            tiled.trigger("Save");
        }
        const process = new Process();
        process.workingDirectory = FileInfo.path(map.fileName);
        const status = process.exec("venue", ["check", "--quiet", "--format", "json", map.fileName], false);
        const printed = process.readStdOut();
        const failed = process.readStdErr();
        process.close();
        if (status !== 0 && status !== 1) {
            tiled.error("venue: " + (failed || "it cannot be run: is it on the path?"));
            return;
        }
        const report = JSON.parse(printed);
        report.findings.forEach((finding) => tell(map, finding));
        const { errors, warnings, infos } = report.summary;
        tiled.log("venue: " + errors + " errors, " + warnings + " warnings, " + infos + " infos");
    });
    action.text = "Check for WorkAdventure";
    action.shortcut = "Shift+F6";
    tiled.extendMenu("Map", [{ action: "VenueCheck", before: "MapProperties" }, { separator: true }]);
})();
