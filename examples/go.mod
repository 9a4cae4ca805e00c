// The examples are a module of their own: what they need (drivers, a web
// server) must never reach the go.mod of a program that imports the library.
module github.com/sessional-go/sessional/examples

go 1.25.0

replace github.com/sessional-go/sessional => ../
