//! Integration apps.
