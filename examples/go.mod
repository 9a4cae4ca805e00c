// The examples are a module of their own: what they need (drivers, a web
// server) must never reach the go.mod of a program that imports the library.
module github.com/sessional-go/sessional/examples

go 1.26.0

replace (
	github.com/sessional-go/sessional => ../
	github.com/sessional-go/sessional/notify/transport => ../notify/transport
)

require (
	github.com/jackc/pgx/v5 v5.12.0
	github.com/sessional-go/sessional v0.0.0-00010101000000-000000000000
	github.com/sessional-go/sessional/notify/transport v0.0.0-00010101000000-000000000000
	github.com/shopspring/decimal v1.6.0
	modernc.org/sqlite v1.60.0
)

require (
	github.com/arran4/golang-ical v0.3.4 // indirect
	github.com/dustin/go-humanize v1.0.1 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/jackc/pgpassfile v1.0.0 // indirect
	github.com/jackc/pgservicefile v0.0.0-20240606120523-5a60cdf6a761 // indirect
	github.com/jackc/puddle/v2 v2.2.3 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/ncruces/go-strftime v1.0.0 // indirect
	github.com/remyoudompheng/bigfft v0.0.0-20230129092748-24d4a6f8daec // indirect
	github.com/rickar/cal/v2 v2.1.26 // indirect
	github.com/wneessen/go-mail v0.8.1 // indirect
	golang.org/x/crypto v0.54.0 // indirect
	golang.org/x/sync v0.23.0 // indirect
	golang.org/x/sys v0.48.0 // indirect
	golang.org/x/text v0.41.0 // indirect
	modernc.org/libc v1.77.1 // indirect
	modernc.org/mathutil v1.7.1 // indirect
	modernc.org/memory v1.12.1 // indirect
)
