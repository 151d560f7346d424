package garbage

import (
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestCollectionsThatFollowEachOtherQuicklyGetRoom(t *testing.T) {
	var p pace
	const live = 8 << 20
	if got := p.next(time.Second, live); got != least {
		t.Errorf("collected now and then: %d %%, want %d", got, least)
	}
	for range 10 {
		p.next(10*time.Millisecond, live)
	}
	if got := p.next(10*time.Millisecond, live); got != 400 {
		t.Errorf("collected all the time: %d %%, want 32 MiB beside 8", got)
	}
	for range 10 {
		p.next(time.Minute, live)
	}
	if got := p.next(time.Second, live); got != least {
		t.Errorf("quiet again: %d %%, want %d", got, least)
	}
}

func TestALargeHeapIsCollectedAsEver(t *testing.T) {
	var p pace
	for range 10 {
		if got := p.next(time.Millisecond, 300<<20); got != least {
			t.Fatalf("%d %%, want %d: 30 %% of the heap are room enough", got, least)
		}
	}
}

func TestASmallHeapDoesNotGetMoreThanTheRoom(t *testing.T) {
	var p pace
	for range 10 {
		p.next(time.Millisecond, 0)
	}
	if got := p.next(time.Millisecond, 0); got != 800 { // Go never collects below 4 MiB at 100 %
		t.Errorf("%d %%, want 800", got)
	}
}

// A process of its own, since the pace is the process's.
func TestTheProcessIsCollectedAtThePace(t *testing.T) {
	if os.Getenv("GARBAGE_TEST") == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), "GARBAGE_TEST=1", "GOGC=")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	c := Pace()
	var kept [][]byte
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); kept = kept[:0] {
		for range 64 {
			kept = append(kept, make([]byte, 64<<10))
		}
		runtime.KeepAlive(kept)
		if now := debug.SetGCPercent(least); now > least { // makes garbage as fast as it can
			if c.Release(); debug.SetGCPercent(least) != least {
				t.Error("the room that the work had is there when it is over")
			}
			return
		}
	}
	t.Fatal("nothing but garbage is made, and no room is given")
}
