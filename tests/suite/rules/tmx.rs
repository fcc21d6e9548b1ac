//! A healthy map in XML, in which pieces stand where such pieces belong.

/// The map with these pieces: a tileset, a layer, an object, the picture of a tileset or the tiles of a
/// layer, whichever the name of its element says.
pub(super) fn with(pieces: &[String]) -> String {
    let of = |names: &[&str]| {
        let named = pieces.iter().filter(|piece| {
            let name = piece.trim_start_matches('<').split([' ', '>', '/']).next().unwrap_or_default();
            names.contains(&name)
        });
        named.map(String::as_str).collect::<Vec<_>>().join("\n")
    };
    let or = |given: String, usual: &str| if given.is_empty() { usual.to_owned() } else { given };
    let row = "1,1,1,1,1,1,1,1";
    let floor = format!("<data encoding=\"csv\">\n{row},\n{row},\n{row},\n{row},\n{row},\n{row}\n</data>");
    let start = "<data encoding=\"csv\">\n0,0,0,0,0,0,0,0,\n0,1,0,0,0,0,0,0,\n0,0,0,0,0,0,0,0,\n\
                 0,0,0,0,0,0,0,0,\n0,0,0,0,0,0,0,0,\n0,0,0,0,0,0,0,0\n</data>";
    let (picture, data) = (of(&["image"]), of(&["data"]));
    let size = "width=\"8\" height=\"6\"";
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <map version=\"1.10\" tiledversion=\"1.10.2\" orientation=\"orthogonal\" renderorder=\"right-down\" {size} \
         tilewidth=\"32\" tileheight=\"32\" infinite=\"0\" nextlayerid=\"100\" nextobjectid=\"100\">\n\
         <tileset firstgid=\"1\" name=\"tiles\" tilewidth=\"32\" tileheight=\"32\" tilecount=\"4\" columns=\"4\">\n{}\n\
         </tileset>\n{}\n\
         <layer id=\"1\" name=\"start\" {size}>\n{start}\n</layer>\n\
         <layer id=\"2\" name=\"floor\" {size}>\n{}\n</layer>\n{}\n\
         <objectgroup id=\"3\" name=\"floorLayer\">\n{}\n</objectgroup>\n</map>\n",
        or(picture, "<image source=\"tiles.png\" width=\"128\" height=\"32\"/>"),
        of(&["tileset"]),
        or(data, &floor),
        of(&["layer", "group", "imagelayer"]),
        of(&["object"]),
    )
}
