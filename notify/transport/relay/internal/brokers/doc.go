// Package brokers has no code: its tests run the relay with real brokers. NATS JetStream runs in the test's own
// process; RabbitMQ is Debian's, which internal/tools/peers fetches, and is killed under load. Kafka is not tested: no
// package of Debian has it, and nothing else of what is fetched here does.
package brokers
