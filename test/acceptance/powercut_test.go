package acceptance

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// cuts is how often the power is cut in the middle of a change.
func cuts(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("HOLDFAST_CRASH"))
	if err != nil {
		return 6
	}
	return n
}

// generation is what the API tells of one, as far as the tests look.
type generation struct {
	Number    uint64
	Digest    string
	Running   bool
	Confirmed bool
}

func (e *edge) running() (running, confirmed generation, err error) {
	var all []generation
	err = e.get("/api/v1/generations", &all)
	for _, g := range all {
		if g.Running {
			running = g
		}
		if g.Confirmed {
			confirmed = g
		}
	}
	return running, confirmed, err
}

// TestThePowerIsCutAnywhereInAChange kills a node at a random time after a change
// was proposed, of a kind chosen at random, and looks at what the next start runs:
// all of the old configuration or all of the new one, as the record says.
func TestThePowerIsCutAnywhereInAChange(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	c := startChanging(t)
	first := c.text
	names := "temperature"
	for n := range cuts(t) {
		next := fmt.Sprintf("tag%d", n)
		text := strings.ReplaceAll(first, "name: temperature, address", "name: "+next+", address")
		if random.IntN(3) == 0 { // one that starts the node anew
			text += fmt.Sprintf("log: {commit_interval: %dms}\n", 1000+n)
		}
		apply := exec.Command(program(t), "apply", "-f", site(t, text), "--window", "50ms")
		apply.Env = append(os.Environ(), "HOLDFAST_URL="+c.url)
		if err := apply.Start(); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Duration(random.IntN(400)) * time.Millisecond)
		c.kill()
		_ = apply.Process.Kill()
		_ = apply.Wait()

		c.edge = start(t, nil, "edge", "--data", c.data)
		runs := names
		until(t, "one configuration, whole", func() error {
			running, confirmed, err := c.running()
			if err != nil {
				return err
			}
			if running.Number != confirmed.Number { // a trial that goes on, or that is being undone
				return fmt.Errorf("%d runs, %d is confirmed", running.Number, confirmed.Number)
			}
			for _, device := range []string{"boiler", "neighbour"} {
				var d struct {
					Groups []struct{ Tags []struct{ Name string } }
				}
				if err := c.get("/api/v1/devices/"+device, &d); err != nil {
					return err
				}
				got := d.Groups[0].Tags[0].Name
				if device == "boiler" {
					runs = got
				}
				if got != names && got != next {
					t.Fatalf("%s has %s", device, got)
				}
				if got != runs { // the record is written before the parts of what is undone are back
					return fmt.Errorf("%s has %s, and the other one %s", device, got, runs)
				}
				if v, err := c.tag(device, got); err != nil || v.Quality != "Good" {
					return fmt.Errorf("%s.%s is %s: %w", device, got, v.Quality, err)
				}
			}
			return nil
		})
		names = runs
	}
}

func TestAFullDiskRefusesAChangeAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=24m"); err != nil {
		t.Skipf("no small file system can be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	c := startChanging(t)
	c.stop()
	c.data = filepath.Join(dir, "data")
	c.start()
	full, err := os.Create(filepath.Join(dir, "full"))
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<16)
	for err == nil {
		_, err = full.Write(zeros)
	}
	if err := full.Close(); err != nil {
		t.Fatal(err)
	}
	large := strings.Replace(c.text, "name: temperature, address", "name: heat, description: \""+strings.Repeat("long ", 100_000)+"\", address", 1)
	if code, said := c.holdfast("apply", "-f", site(t, large), "--window", "0s"); code == 0 || !strings.Contains(said, "no space") {
		t.Errorf("a change on a full disk ended with %d: %s", code, said)
	}
	c.awaitQuality("boiler", "temperature", "Good")
	c.awaitState("neighbour", "polling")
	if err := os.Remove(full.Name()); err != nil {
		t.Fatal(err)
	}
	c.apply(large, 0, "--window", "0s")
	c.awaitQuality("boiler", "heat", "Good")
}
