//! The functions that JavaScript calls.

use js_sys::{Array, Error};
use tantamount_core::Checked;
use tantamount_schema::AppendRequest;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::report;
use crate::text;

/// A request's canonical form (RFC 8785 with exact decimals).
///
/// # Errors
/// A `Refusal` with all its problems when the text is no append request, and a `TypeError` when
/// an argument is of another type.
#[wasm_bindgen]
pub fn canonicalize(
    #[wasm_bindgen(unchecked_param_type = "string")] text: &JsValue,
    #[wasm_bindgen(js_name = organizationId)] organization_id: Option<String>,
) -> Result<String, Error> {
    let scope = text::scope(organization_id.as_deref())?;
    let bytes = text::bytes("text", text)?;
    Ok(read(&bytes)?.canonicalize(&scope).as_str().to_owned())
}

/// The digest of a request's canonical form: `sha256:` and 64 lower-case hex digits.
///
/// # Errors
/// As [`canonicalize`].
#[wasm_bindgen]
pub fn digest(
    #[wasm_bindgen(unchecked_param_type = "string")] text: &JsValue,
    #[wasm_bindgen(js_name = organizationId)] organization_id: Option<String>,
) -> Result<String, Error> {
    let scope = text::scope(organization_id.as_deref())?;
    let bytes = text::bytes("text", text)?;
    Ok(read(&bytes)?.canonicalize(&scope).digest().to_string())
}

/// Whether two requests are the same under a scope, and in what they differ.
///
/// # Errors
/// As [`canonicalize`], for either request.
#[wasm_bindgen(unchecked_return_type = "Verdict")]
pub fn compare(
    #[wasm_bindgen(unchecked_param_type = "string")] first: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "string")] second: &JsValue,
    #[wasm_bindgen(js_name = organizationId)] organization_id: Option<String>,
) -> Result<JsValue, Error> {
    let scope = text::scope(organization_id.as_deref())?;
    let (first, second) = (text::bytes("first", first)?, text::bytes("second", second)?);
    let (first, second) = (read(&first)?, read(&second)?);
    Ok(report::verdict(&first.canonicalize(&scope).compare(&second.canonicalize(&scope))))
}

/// Whether a request is the same as a stored row of any age, and in what they differ.
///
/// # Errors
/// As [`canonicalize`], for the row or the request.
#[wasm_bindgen(js_name = compareStored, unchecked_return_type = "Verdict")]
pub fn compare_stored(
    #[wasm_bindgen(unchecked_param_type = "string")] row: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "string")] request: &JsValue,
    #[wasm_bindgen(js_name = organizationId)] organization_id: Option<String>,
) -> Result<JsValue, Error> {
    let scope = text::scope(organization_id.as_deref())?;
    let (row, request) = (text::bytes("row", row)?, text::bytes("request", request)?);
    let stored = AppendRequest::read_stored(&row).map_err(|problems| report::refusal(&problems))?;
    Ok(report::verdict(&stored.compare(&read(&request)?.canonicalize(&scope))))
}

/// Everything that is wrong with a request; nothing when it is valid.
///
/// # Errors
/// A `TypeError` when the text is no string.
#[wasm_bindgen(unchecked_return_type = "Problem[]")]
pub fn validate(
    #[wasm_bindgen(unchecked_param_type = "string")] text: &JsValue,
) -> Result<Array, Error> {
    let bytes = text::bytes("text", text)?;
    Ok(AppendRequest::read(&bytes)
        .map_or_else(|problems| report::list(&problems), |_| Array::new()))
}

fn read(bytes: &[u8]) -> Result<Checked<'_, AppendRequest>, Error> {
    AppendRequest::read(bytes).map_err(|problems| report::refusal(&problems))
}
