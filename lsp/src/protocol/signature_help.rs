//! `textDocument/signatureHelp`

use tower_lsp_server::ls_types::{
    ParameterInformation, ParameterLabel, SignatureHelp, SignatureHelpParams, SignatureInformation,
};

use super::convert::{Snapshot, documentation};
use crate::features::{signature, values};

/// The signature of the call around a position.
#[must_use]
pub fn respond(snapshot: &Snapshot, params: &SignatureHelpParams) -> Option<SignatureHelp> {
    let (region, offset) = snapshot.locate(params.text_document_position_params.position)?;
    let found = signature::at(&region.script, offset)?;
    let active = found.active.and_then(|active| u32::try_from(active).ok());
    let parameter = |one: signature::Parameter| ParameterInformation {
        label: ParameterLabel::Simple(one.label),
        documentation: None,
    };
    let information = SignatureInformation {
        label: found.label,
        documentation: documentation(values::markdown(found.doc)),
        parameters: Some(found.parameters.into_iter().map(parameter).collect()),
        active_parameter: active,
    };
    Some(SignatureHelp { signatures: vec![information], active_signature: Some(0), active_parameter: active })
}
