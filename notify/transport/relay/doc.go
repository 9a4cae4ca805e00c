// Package relay carries every committed event to a message broker: NATS JetStream, Kafka, RabbitMQ, whatever there is a
// Watermill publisher (https://watermill.io) for.
//
//	r, err := relay.New(relay.Options{Source: store, Publisher: publisher})
//	…
//	go r.Run(ctx) // in any number of processes
//
// It reads the providers' feeds of the queue, in which the planner numbers events once it has planned who is told; a
// service without a planner that runs (package keeper) has nothing to relay. The marketplace's feed is left out, since
// it repeats what stands in the providers'. A digest's event is in no feed.
//
// # What is promised
//
// Every event, at least once. How far a reader has come is kept in the queue, and moves only over what the publisher
// has taken (Publish returned nil), so nothing is skipped: while the broker is away, or refuses an event, that feed
// waits and tries the same event again, first after a second, then after ever longer, up to a minute. Have the
// publisher confirm: one that returns before the broker has kept the message loses what the broker loses.
//
// Repeats happen: when a process dies, or loses its lease, between publishing and keeping how far it came, what it
// published last is published again, by whoever takes over; at most a Batch of each feed. A message's UUID is the
// event's key, the same for ever, and so a consumer that drops the keys it has had sees each event exactly once.
//
// In order: of each feed, so of each session, and of each provider, as long as they go to one topic. With repeats
// dropped the order holds also where two processes publish the same part of a feed at once, because each of them
// publishes without gaps from a place that somebody had reached. A broker has to keep that order for its part; the
// sections below say how.
//
// # A message
//
// The payload is JSON, the same as that of package webhook: see [Decode], and testdata/message.json for one that is
// whole. An event holds ids and figures, but neither names nor free text (P4). The metadata has what a consumer, or a
// broker, wants to know without reading the payload: the constants Meta… name it. Options.CloudEvents adds the
// attributes of CloudEvents, in its binary mode.
//
// # NATS JetStream
//
// Package github.com/ThreeDotsLabs/watermill-nats/v2/pkg/nats with JetStreamConfig.TrackMsgId: it sends the UUID as
// Nats-Msg-Id, and JetStream drops repeats. It looks back for the stream's duplicate window alone (2 minutes, unless it
// was set): make that longer than Lease, and than the longest time for which all relays may be down at once, or have
// consumers drop repeats too. A stream keeps the order of what comes in. Topics are subjects: a provider's id that
// stands in one must not hold a full stop, a star or a ">". Tested against a server in the test's own process.
//
// # RabbitMQ
//
// Package github.com/ThreeDotsLabs/watermill-amqp/v3/pkg/amqp with PublishConfig.ConfirmDelivery, durable exchanges and
// queues, and persistent messages (its default). Bind the queues first: what no queue is bound for, RabbitMQ confirms
// and forgets. Repeats are not dropped. A queue keeps the order for one consumer; for several, spread sessions over
// queues with a consistent-hash exchange on the header partition_key. Tested against Debian's, which is killed under
// load meanwhile, with a channel for each message (ChannelPoolSize 0); pools were not tested. Version 3.1.0 of that
// package has a data race of its own where it loses a connection, which a host's tests under the race detector may
// find.
//
// # Kafka
//
// Package github.com/ThreeDotsLabs/watermill-kafka/v3/pkg/kafka with
//
//	Marshaler: kafka.NewWithPartitioningMarshaler(relay.PartitionKey)
//
// so that a session's events go to one partition, and acks from all replicas (sarama's WaitForAll). The producer's own
// idempotence doesn't know repeats of a relay that was killed. Not tested: there is no broker to test with here.
//
// # Several readers
//
// Name each relay that is to get everything for itself by Options.Reader; processes with the same name share the work,
// feed by feed. A name that is new begins at the beginning of every feed.
//
// # What it costs
//
// A read per feed every Options.Every, by each process; for each portion that is there a claim, and a write that keeps
// how far it came. Events of a feed are published one after the other, each once the one before was taken, so a feed
// carries as many in a second as the broker answers; feeds go side by side, up to Options.Concurrency.
package relay
