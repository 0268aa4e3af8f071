//! The provider over HTTP: routes, extractors, replies, OpenAPI.
