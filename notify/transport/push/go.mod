// Push services bring libraries of their own, which a host that sends no pushes never sees.
module github.com/sessional-go/sessional/notify/transport/push

go 1.26.0

replace (
	github.com/sessional-go/sessional => ../../../
	github.com/sessional-go/sessional/notify/transport => ../
)

require (
	github.com/SherClockHolmes/webpush-go v1.4.0
	github.com/golang-jwt/jwt/v5 v5.3.1
	github.com/sessional-go/sessional v0.0.0-00010101000000-000000000000
	github.com/sessional-go/sessional/notify/transport v0.0.0-00010101000000-000000000000
	golang.org/x/net v0.60.0
	pgregory.net/rapid v1.3.0
)

require (
	code.dny.dev/ssrf v0.3.0 // indirect
	github.com/rickar/cal/v2 v2.1.26 // indirect
	github.com/shopspring/decimal v1.6.0 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)
