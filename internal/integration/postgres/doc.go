// Package postgres has no code: its tests run rota/store/postgres on real servers, with the drivers that hosts bring,
// through a pooler, and through a network that fails.
package postgres
