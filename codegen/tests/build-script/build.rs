//! What a stranger writes.

use tantamount_codegen::{Error, Generate};

fn main() -> Result<(), Error> {
    Generate::from("payments.schema.json").rust().sql().strategies().reference().bundle().run()?;
    Ok(())
}
