package notify

// Embedded is the built-in texts, for tests.
var Embedded = embedded
