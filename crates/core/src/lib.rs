//! What the provider is: entities, state machines, use cases, and the ports they need.
