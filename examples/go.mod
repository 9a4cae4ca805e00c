// The examples are a module of their own: what they need (drivers, a web
// server) must never reach the go.mod of a program that imports the library.
module github.com/sessional-go/sessional/examples

go 1.25.0

replace github.com/sessional-go/sessional => ../

require (
	github.com/sessional-go/sessional v0.0.0-00010101000000-000000000000
	github.com/shopspring/decimal v1.6.0
)

require github.com/rickar/cal/v2 v2.1.26 // indirect
