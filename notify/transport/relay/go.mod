// Brokers bring libraries of their own, which a host that uses none never sees.
module github.com/sessional-go/sessional/notify/transport/relay

go 1.25.0

replace github.com/sessional-go/sessional => ../../../

require (
	github.com/ThreeDotsLabs/watermill v1.5.1
	github.com/sessional-go/sessional v0.0.0-00010101000000-000000000000
	pgregory.net/rapid v1.3.0
)

require (
	github.com/google/uuid v1.6.0 // indirect
	github.com/lithammer/shortuuid/v3 v3.0.7 // indirect
	github.com/oklog/ulid v1.3.1 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	github.com/rickar/cal/v2 v2.1.26 // indirect
	github.com/shopspring/decimal v1.6.0 // indirect
)
