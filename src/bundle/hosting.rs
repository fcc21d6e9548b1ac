//! Settings of web servers: everybody may load the files, and how long browsers keep them.

use std::fmt::Write as _;

use super::{Bundle, picture};

/// How long browsers keep what carries a hash of its content: a year.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// How long they keep everything else: they ask each time, and get it only if it changed.
const FRESH: &str = "no-cache";

/// Adds `.htaccess` for Apache, `nginx.conf`, and `_headers` for Netlify, Cloudflare Pages and others. WorkAdventure
/// loads maps, pictures, sounds and scripts from another origin (workadventure-maps, section 2.2).
pub(super) fn add(bundle: &mut Bundle) {
    let htaccess = format!(
        "# Everybody may load these files: WorkAdventure runs on another host.\n\
         <IfModule mod_headers.c>\n\
         \x20 Header always set Access-Control-Allow-Origin \"*\"\n\
         \x20 Header set Cache-Control \"{FRESH}\"\n\
         \x20 <FilesMatch \"-(?=[0-9]*[a-f])[0-9a-f]{{8}}\\.(png|jpe?g|gif|webp|svg)$\">\n\
         \x20   Header set Cache-Control \"{FOR_EVER}\"\n\
         \x20 </FilesMatch>\n\
         </IfModule>\n\
         <IfModule mod_mime.c>\n\
         \x20 AddType application/json .tmj .wam\n\
         \x20 AddType text/javascript .js .mjs\n\
         </IfModule>\n\
         <IfModule mod_deflate.c>\n\
         \x20 AddOutputFilterByType DEFLATE application/json text/html text/css text/javascript image/svg+xml\n\
         </IfModule>\n"
    );
    let mut headers = format!("/*\n  Access-Control-Allow-Origin: *\n  Cache-Control: {FRESH}\n");
    for rule in for_ever(bundle) {
        // Both values would be sent; `!` drops the general one.
        let _infallible = write!(headers, "/{rule}\n  ! Cache-Control\n  Cache-Control: {FOR_EVER}\n");
    }
    let everybody = "add_header Access-Control-Allow-Origin \"*\" always;";
    // Headers of a location are not those of the one that it is in.
    let nginx = format!(
        "# For nginx: include this file in the location that serves this folder.\n\
         # Everybody may load these files: WorkAdventure runs on another host.\n\
         {everybody}\n\
         add_header Cache-Control \"{FRESH}\";\n\
         location ~ \"\\.(tmj|wam)$\" {{\n\
         \x20 default_type application/json;\n\
         \x20 gzip on;\n\
         \x20 gzip_types application/json;\n\
         \x20 {everybody}\n\
         \x20 add_header Cache-Control \"{FRESH}\";\n\
         }}\n\
         location ~ \"-(?=[0-9]*[a-f])[0-9a-f]{{8}}\\.(png|jpe?g|gif|webp|svg)$\" {{\n\
         \x20 {everybody}\n\
         \x20 add_header Cache-Control \"{FOR_EVER}\";\n\
         }}\n"
    );
    bundle.insert_own("nginx.conf", nginx.into_bytes());
    bundle.insert_own(".htaccess", htaccess.into_bytes());
    bundle.insert_own("_headers", headers.into_bytes());
}

/// What browsers may keep for ever: whole folders where they hold nothing else, for hosts take only so
/// many rules, else file by file.
fn for_ever(bundle: &Bundle) -> Vec<String> {
    let mut rules = Vec::new();
    for folder in [picture::FOLDER, picture::PREVIEWS] {
        let inside = || bundle.files.keys().filter(|path| path.starts_with(&format!("{folder}/")));
        if inside().next().is_some() && inside().all(|path| bundle.hashed.contains(path)) {
            rules.push(format!("{folder}/*"));
        } else {
            rules.extend(inside().filter(|path| bundle.hashed.contains(*path)).cloned());
        }
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_a_hash_is_kept_for_ever() {
        let mut bundle = Bundle::default();
        bundle.insert_hashed("assets/a-11111111.png", "a", None);
        bundle.insert_hashed("previews/b-22222222.png", "b", None);
        bundle.insert("maps/a.tmj", "{}", None);
        assert_eq!(for_ever(&bundle), ["assets/*", "previews/*"]);
        bundle.insert("assets/own.png", "c", None);
        assert_eq!(for_ever(&bundle), ["assets/a-11111111.png", "previews/*"]);
        add(&mut bundle);
        let headers = String::from_utf8(bundle.files["_headers"].bytes.to_vec()).unwrap();
        assert!(headers.contains("Access-Control-Allow-Origin: *"));
        assert!(headers.contains("/assets/a-11111111.png\n"));
        assert!(!headers.contains("own.png") && !headers.contains("a.tmj"));
        let nginx = String::from_utf8(bundle.files["nginx.conf"].bytes.to_vec()).unwrap();
        assert!(nginx.contains("location ~ \"\\.(tmj|wam)$\" {\n  default_type"), "{nginx}");
        assert!(nginx.contains("[0-9a-f]{8}\\.(png|jpe?g"), "{nginx}");
    }
}
