// Package notify decides what people are told, and keeps what became of it.
package notify
