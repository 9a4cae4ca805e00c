package brokers_test

import (
	"net"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	wmnats "github.com/ThreeDotsLabs/watermill-nats/v2/pkg/nats"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/sessional-go/sessional/notify/transport/relay"
	"github.com/sessional-go/sessional/notify/transport/relay/internal/office"
)

// streams is a NATS server of a test's own, with a stream of everything below "rota".
type streams struct {
	testing.TB
	options *server.Options
	server  *server.Server
}

func startStreams(tb testing.TB) *streams {
	tb.Helper()
	s := &streams{TB: tb, options: &server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true,
		StoreDir: tb.TempDir(), NoLog: true, NoSigs: true}}
	s.start()
	tb.Cleanup(s.stop)
	conn := s.connect()
	js, err := jetstream.New(conn)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err = js.CreateStream(tb.Context(), jetstream.StreamConfig{Name: "ROTA", Subjects: []string{"rota.>"},
		Duplicates: time.Hour}); err != nil {
		tb.Fatal(err)
	}
	return s
}

func (s *streams) start() {
	s.Helper()
	var err error
	if s.server, err = server.NewServer(s.options); err != nil {
		s.Fatal(err)
	}
	s.server.Start()
	if !s.server.ReadyForConnections(20 * time.Second) {
		s.Fatal("NATS doesn't answer")
	}
}

func (s *streams) stop() {
	s.server.Shutdown()
	s.server.WaitForShutdown()
}

func (s *streams) connect() *nats.Conn {
	s.Helper()
	conn, err := nats.Connect(s.server.ClientURL(), nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond))
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(conn.Close)
	return conn
}

// publisher is Watermill's, as the relay's documentation has it.
func (s *streams) publisher() message.Publisher {
	s.Helper()
	p, err := wmnats.NewPublisherWithNatsConn(s.connect(), wmnats.PublisherPublishConfig{
		Marshaler: &wmnats.NATSMarshaler{}, SubjectCalculator: wmnats.DefaultSubjectCalculator,
		JetStream: wmnats.JetStreamConfig{TrackMsgId: true},
	}, watermill.NopLogger{})
	if err != nil {
		s.Fatal(err)
	}
	return p
}

// kept is what the stream holds, in its order.
func (s *streams) kept() []*message.Message {
	s.Helper()
	js, err := jetstream.New(s.connect())
	if err != nil {
		s.Fatal(err)
	}
	stream, err := js.Stream(s.Context(), "ROTA")
	if err != nil {
		s.Fatal(err)
	}
	info, err := stream.Info(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	var all []*message.Message
	for n := info.State.FirstSeq; n > 0 && n <= info.State.LastSeq; n++ {
		raw, err := stream.GetMsg(s.Context(), n)
		if err != nil {
			s.Fatal(err)
		}
		m, err := (&wmnats.NATSMarshaler{}).Unmarshal(&nats.Msg{Subject: raw.Subject, Header: raw.Header, Data: raw.Data})
		if err != nil {
			s.Fatal(err)
		}
		if id := raw.Header.Get(nats.MsgIdHdr); id != m.UUID || m.Metadata.Get(relay.MetaKey) != id {
			s.Fatalf("Nats-Msg-Id %q, message %q, key %q", id, m.UUID, m.Metadata.Get(relay.MetaKey))
		}
		all = append(all, m)
	}
	return all
}

// A relay that dies after it has published, and before it has kept that, is followed by one that publishes everything
// again: JetStream drops that.
func TestJetStreamDropsTheRepeatsOfARelayThatDied(t *testing.T) {
	s, o := startStreams(t), office.New(t)
	o.Happen(t.Context(), 0, 5)
	published := &counting{Publisher: s.publisher()}
	now := office.At
	for range 3 {
		dies, err := relay.New(relay.Options{Source: forgetful{o.Store, func() bool { return true }},
			Publisher: published, Topic: byProvider, Now: func() time.Time { return now }, Batch: 17})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := dies.Once(t.Context()); err == nil {
			t.Fatal("it didn't die")
		}
		now = now.Add(time.Minute) // its lease
	}
	next, err := relay.New(relay.Options{Source: o.Store, Publisher: published, Topic: byProvider,
		Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := next.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	if repeats := o.Check(t.Context(), s.kept()); repeats != 0 {
		t.Errorf("the stream holds %d repeats", repeats)
	}
	if events := len(o.Events(t.Context())); published.n.Load() != int64(events+3*3*17) {
		t.Errorf("%d messages were published of %d events", published.n.Load(), events)
	}
}

// Several relays at once, that die, stall and are stopped, while more happens and the server is stopped and started
// again: the stream holds every event once, in order.
func TestJetStreamInAStorm(t *testing.T) {
	s, o := startStreams(t), office.New(t)
	address, ok := s.server.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatal(s.server.Addr())
	}
	s.options.Port = address.Port
	days := []func(){nil, func() { s.stop(); s.start() }, nil, func() { s.stop(); s.start() }, nil}
	tries := storm(t, o, []message.Publisher{s.publisher(), s.publisher(), s.publisher()}, days)
	if repeats := o.Check(t.Context(), s.kept()); repeats != 0 {
		t.Errorf("the stream holds %d repeats", repeats)
	}
	if events := len(o.Events(t.Context())); tries <= int64(events) {
		t.Errorf("%d tries for %d events: there was no storm", tries, events)
	}
}
