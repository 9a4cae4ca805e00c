// Package rota is how a session finds its clinician: finding work, applying, choosing, allocating, and changing what
// was agreed.
package rota
