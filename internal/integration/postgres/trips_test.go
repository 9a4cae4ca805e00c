package postgres_test

import "testing"

// most is how many round trips a command may cost.
const most = 3

// TestEveryCommandTakesThreeTripsAtMost plays a life with every command of the desk, gives each command twice, each time to
// a desk that has just been started and remembers nothing, and counts the trips of both.
func TestEveryCommandTakesThreeTripsAtMost(t *testing.T) {
	for _, d := range drivers {
		t.Run(d.name, func(t *testing.T) {
			pool := fresh(t)
			schema := pool.take(t)
			db, trips := d.counted(t, pool.dsn)
			st := newStage(t)
			l := newLife(t, st, st.desk(t, on(t, db, schema)), "north")
			cost, again := map[string]int64{}, map[string]int64{}
			l.around = func(name string, give func()) {
				for _, n := range []map[string]int64{cost, again} {
					l.desk = st.desk(t, on(t, db, schema))
					before := trips.Load()
					give()
					n[name] = max(n[name], trips.Load()-before)
				}
			}
			l.all()
			dear := 0
			for _, name := range commands() {
				switch n := cost[name]; {
				case n == 0:
					t.Errorf("%s costs nothing: it was not given, or not counted", name)
				case n > most:
					t.Errorf("%s costs %d round trips, at most %d", name, n, most)
				case again[name] > most+1: // it looks up its outcome
					t.Errorf("%s costs %d round trips when it is repeated", name, again[name])
				case n == most:
					dear++
				}
			}
			t.Logf("of %d commands, %d cost %d trips, the others fewer", len(cost), dear, most)
		})
	}
}
