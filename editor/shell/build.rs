//! Lets tauri read its settings, and has the window built anew when the editor was.

fn main() {
    println!("cargo:rerun-if-changed=../web/dist");
    tauri_build::build();
}
