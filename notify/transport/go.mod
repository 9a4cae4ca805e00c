// Transports bring libraries of their own, which a host that carries its messages in another way never sees.
module github.com/sessional-go/sessional/notify/transport

go 1.25.0

replace github.com/sessional-go/sessional => ../../

require (
	code.dny.dev/ssrf v0.3.0
	github.com/arran4/golang-ical v0.3.4
	github.com/sessional-go/sessional v0.0.0-00010101000000-000000000000
	github.com/standard-webhooks/standard-webhooks/libraries v0.0.1
	github.com/wneessen/go-mail v0.8.1
	pgregory.net/rapid v1.3.0
)

require (
	github.com/rickar/cal/v2 v2.1.26 // indirect
	github.com/shopspring/decimal v1.6.0 // indirect
	golang.org/x/crypto v0.54.0 // indirect
	golang.org/x/text v0.40.0 // indirect
)
