package bench

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// What BenchmarkDeliver works off: so many in each block, and in all after the first block.
const (
	deliverBlock  = 5_000
	deliverBlocks = 10
)

// noop sends nothing to anybody.
type noop struct{ sent atomic.Int64 }

func (*noop) Compose(context.Context, notify.Claim) (notify.Message, error) {
	return notify.Message{}, nil
}

func (n *noop) Notify(context.Context, notify.Message) error {
	n.sent.Add(1)
	return nil
}

// queue has so many deliveries of one event, to as many people, in the queue.
func (p *inPostgres) queue(tb testing.TB, block, many int) {
	tb.Helper()
	must[session.Session](tb)(newDesk(tb, p.store, p.dir).Post(tb.Context(), shift(fmt.Sprint("deliver-", block), 10)))
	tasks := must[[]notify.PlanTask](tb)(p.store.ClaimPlans(tb.Context(), now, time.Hour, 10_000))
	for _, task := range tasks[:len(tasks)-1] {
		ok(tb, p.store.Planned(tb.Context(), task, notify.Chunk{Done: true}))
	}
	task := tasks[len(tasks)-1]
	for n := 0; n < many; {
		chunk := notify.Chunk{Next: fmt.Sprint(n)}
		for ; n < many && len(chunk.Deliveries) < 1000; n++ {
			to := session.PersonID(fmt.Sprintf("p-%d-%d", block, n))
			chunk.Deliveries = append(chunk.Deliveries, delivery(task, to))
		}
		chunk.Done = n == many
		ok(tb, p.store.Planned(tb.Context(), task, chunk))
	}
}

// delivery is an email to somebody of the event that is being planned.
func delivery(of notify.PlanTask, to session.PersonID) notify.Delivery {
	key := of.Event.Key()
	return notify.Delivery{
		Key: notify.DeliveryKey(key, to, notify.Email), Event: key, Kind: notify.ApplicationReceived,
		Channel: notify.Email, Person: to, Audience: notify.PracticeStaff, Session: of.Event.Session,
		Provider: of.Event.Provider, State: notify.Planned, Planned: now, NotBefore: now,
	}
}

// deliver works off what is in the queue, and returns how long it took until all was settled.
func (p *inPostgres) deliver(tb testing.TB, many int, o notify.DispatcherOptions) time.Duration {
	tb.Helper()
	to := &noop{}
	o.Queue, o.Composer, o.Notifier, o.Now = p.store, to, to, func() time.Time { return now }
	d := must[*notify.Dispatcher](tb)(notify.NewDispatcher(o))
	began := time.Now()
	tally := must[notify.Tally](tb)(d.Deliver(tb.Context()))
	took := time.Since(began)
	if tally.Delivered != many || to.sent.Load() != int64(many) {
		tb.Fatalf("%+v of %d deliveries", tally, many)
	}
	return took
}

// job is River's counterpart: it does nothing.
type job struct {
	No int `json:"no"`
}

// Kind names it.
func (job) Kind() string { return "noop" }

type jobWorker struct {
	river.WorkerDefaults[job]
	left atomic.Int64
	done chan struct{}
}

// Work does nothing.
func (w *jobWorker) Work(context.Context, *river.Job[job]) error {
	if w.left.Add(-1) == 0 {
		close(w.done)
	}
	return nil
}

// inRiver is a River queue on the same server.
type inRiver struct{ pool *pgxpool.Pool }

func newInRiver(tb testing.TB, dsn string) *inRiver {
	tb.Helper()
	config := must[*pgxpool.Config](tb)(pgxpool.ParseConfig(dsn))
	config.MaxConns = connections
	pool := must[*pgxpool.Pool](tb)(pgxpool.NewWithConfig(tb.Context(), config))
	tb.Cleanup(pool.Close)
	migrator := must[*rivermigrate.Migrator[pgx.Tx]](tb)(rivermigrate.New(riverpgxv5.New(pool), nil))
	must[*rivermigrate.MigrateResult](tb)(migrator.Migrate(tb.Context(), rivermigrate.DirectionUp, nil))
	return &inRiver{pool}
}

// queue has so many jobs in the queue.
func (r *inRiver) queue(tb testing.TB, many int) {
	tb.Helper()
	client := must[*river.Client[pgx.Tx]](tb)(river.NewClient(riverpgxv5.New(r.pool), &river.Config{}))
	jobs := make([]river.InsertManyParams, many)
	for i := range jobs {
		jobs[i].Args = job{No: i}
	}
	for some := range slices.Chunk(jobs, 1000) {
		must[int](tb)(client.InsertManyFast(tb.Context(), some))
	}
}

// work works off what is in the queue, and returns how long it took until all was recorded as completed: its batch
// completer is as it comes, stopping waits for it. It fetches as often as it can.
func (r *inRiver) work(tb testing.TB, many, atOnce int) time.Duration {
	tb.Helper()
	w := &jobWorker{done: make(chan struct{})}
	w.left.Store(int64(many))
	workers := river.NewWorkers()
	river.AddWorker(workers, w)
	client := must[*river.Client[pgx.Tx]](tb)(river.NewClient(riverpgxv5.New(r.pool), &river.Config{
		Queues:            map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: atOnce}},
		FetchCooldown:     time.Millisecond,
		FetchPollInterval: time.Millisecond,
		Workers:           workers,
	}))
	began := time.Now()
	ok(tb, client.Start(tb.Context()))
	<-w.done
	ok(tb, client.Stop(tb.Context()))
	took := time.Since(began)
	left := 0
	ok(tb, r.pool.QueryRow(tb.Context(), "SELECT count(*) FROM river_job WHERE state <> 'completed'").Scan(&left))
	if left > 0 {
		tb.Fatalf("%d jobs are not completed", left)
	}
	return took
}

// riverWorkers are the numbers of workers that River is tried with; the one that is fastest in the first block stays.
var riverWorkers = []int{100, 500, 2000}

// BenchmarkDeliver works off fifty thousand deliveries to a notifier that does nothing, and as many of River's jobs
// that do nothing, on one server, in blocks that take turns.
func BenchmarkDeliver(b *testing.B) {
	p := newServer(b, true)
	in := newInPostgres(b, p.DSN(p.NewDatabase(b)), 0)
	in.db.SetMaxOpenConns(connections)
	in.db.SetMaxIdleConns(connections)
	peer := newInRiver(b, p.DSN(p.NewDatabase(b)))
	o := notify.DispatcherOptions{Channels: []notify.Channel{notify.Email}}
	in.queue(b, 0, deliverBlock)
	in.deliver(b, deliverBlock, o)
	atOnce, best := 0, time.Hour
	for _, n := range riverWorkers {
		peer.queue(b, deliverBlock)
		if took := peer.work(b, deliverBlock, n); took < best {
			atOnce, best = n, took
		}
	}
	var ours, theirs []time.Duration
	var ratios []float64
	for block := range deliverBlocks {
		in.queue(b, block+1, deliverBlock)
		peer.queue(b, deliverBlock)
		turns := []func(){
			func() { ours = append(ours, in.deliver(b, deliverBlock, o)) },
			func() { theirs = append(theirs, peer.work(b, deliverBlock, atOnce)) },
		}
		if block%2 == 1 {
			slices.Reverse(turns)
		}
		for _, turn := range turns {
			runtime.GC()
			turn()
		}
		ratios = append(ratios, theirs[block].Seconds()/ours[block].Seconds())
	}
	_, _ = fmt.Fprintf(out, "\n%d deliveries to nobody, %d jobs that do nothing\n  deliveries    %6.0f/s\n  River's jobs  %6.0f/s, %d workers\n",
		deliverBlock*deliverBlocks, deliverBlock*deliverBlocks, deliverBlock/median(ours).Seconds(),
		deliverBlock/median(theirs).Seconds(), atOnce)
	promise("postgres/deliver-vs-river", median(ratios), ">=", 1.2)
}
