// Package session is the ground floor of the workflow: the shift that a practice needs cover for, and the words
// that everybody uses: ids, actors, money, events, decisions, pages, errors.
package session
