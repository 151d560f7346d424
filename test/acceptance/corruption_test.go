package acceptance

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/internal/ports"
)

// page is what a disk writes at a time, and tears.
const page = 4096

// harm damages a file as disks do, and says how. The file keeps its identity.
func harm(t *testing.T, random *rand.Rand, path string) (how string) {
	t.Helper()
	image, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(image) == 0 {
		return "empty"
	}
	pages := (len(image) + page - 1) / page
	at := random.IntN(pages) * page
	switch kind := random.IntN(5); kind {
	case 0:
		size := random.IntN(len(image))
		if err := os.Truncate(path, int64(size)); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("cut from %d to %d octets", len(image), size)
	case 1:
		clear(image[at:min(at+page, len(image))])
		how = fmt.Sprintf("page %d of zeros", at/page)
	case 2:
		from := random.IntN(pages) * page
		copy(image[at:min(at+page/2, len(image))], image[from:])
		how = fmt.Sprintf("page %d torn, with half of page %d", at/page, from/page)
	default:
		n := 1 + random.IntN(40)
		for range n {
			image[random.IntN(len(image))] ^= 1 << random.IntN(8)
		}
		how = fmt.Sprintf("%d bits flipped", n)
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteAt(image, 0); err != nil {
		t.Fatal(err)
	}
	return how
}

// fillSegments publishes what cannot be compressed until the log has some files.
func fillSegments(t *testing.T, p *machine, random *rand.Rand, data string) {
	t.Helper()
	until(t, "some segments", func() error {
		var lines strings.Builder
		for range 50 {
			fmt.Fprintf(&lines, `{"picture":"`)
			for range 1250 {
				fmt.Fprintf(&lines, "%016x", random.Uint64())
			}
			fmt.Fprintln(&lines, `"}`)
		}
		if err := p.command("pictures", lines.String(), "-q", "0", "-l").Run(); err != nil {
			return err
		}
		files, err := filepath.Glob(filepath.Join(data, "log", "*.seg"))
		if err == nil && len(files) < 4 {
			err = fmt.Errorf("there are %d", len(files))
		}
		return err
	})
}

// kept lists the files of a data directory that hold what a node has measured and decided: in the end, when the others were
// put aside, one of each kind.
func kept(t *testing.T, data string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err == nil && slices.Contains([]string{".seg", ".hist", ".db"}, filepath.Ext(path)) {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) < 3 {
		t.Fatalf("the data directory has %v: %v", files, err)
	}
	return files
}

// TestANodeStartsWithWhateverIsLeftOfItsDisk damages files of a data directory at random, again and again, each time on what
// the time before has left: the node starts, polls, commits, answers, and tells.
func TestANodeStartsWithWhateverIsLeftOfItsDisk(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if given, err := strconv.ParseUint(os.Getenv("HOLDFAST_SEED"), 10, 64); err == nil {
		seed = given
	}
	t.Logf("HOLDFAST_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	plant, far := startPlant(t), mosquittotest.Start(t)
	far.Stop() // the log keeps what comes
	port := ports.Free(t).Number()
	text := strings.Replace(fullSite(plant.address(), far.URL(), port), "log: {commit_interval: 100ms}", "log: {commit_interval: 50ms, segment_size: 1MiB}", 1)
	config, data := site(t, text), t.TempDir()
	e := start(t, password(), "edge", "-c", config, "--data", data)
	e.awaitBroker(port)
	fillSegments(t, &machine{t: t, port: port}, random, data)
	e.awaitLag("line", 20)
	e.stop()
	told, rounds := 0, (cuts(t)+1)/2
	for round := range rounds {
		var done []string
		for range 1 + random.IntN(3) {
			files := kept(t, data)
			file := files[random.IntN(len(files))]
			done = append(done, filepath.Base(file)+": "+harm(t, random, file))
		}
		t.Logf("round %d: %s", round, strings.Join(done, "; "))
		e = start(t, password(), "edge", "-c", config, "--data", data)
		e.awaitState("boiler", "polling")
		e.awaitQuality("boiler", "temperature", "Good")
		before := e.committed()
		until(t, "commits", func() error {
			if now := e.committed(); now < before+3 {
				return fmt.Errorf("%d records, %d before", now, before)
			}
			return nil
		})
		e.answers("SELECT count(*) FROM boiler")
		started := e.tells(data)
		if err := e.ready(); err != nil {
			t.Errorf("round %d: %v", round, err)
		}
		e.stop()
		if verified := verifiesAtAll(t, data); started || !verified {
			told++
		}
	}
	t.Logf("%d of %d damages were told by the node or holdfast verify; the others hit what holds nothing", told, rounds)
}

// committed returns how many records the log has taken in this life.
func (e *edge) committed() int64 {
	e.t.Helper()
	var s struct{ Rows int64 }
	if err := e.get("/api/v1/log", &s); err != nil {
		e.t.Fatal(err)
	}
	return s.Rows
}

// answers asks the history, whatever is left of it.
func (e *edge) answers(sql string) {
	e.t.Helper()
	query := exec.Command(program(e.t), "query", "-o", "json", sql)
	query.Env = append(os.Environ(), "HOLDFAST_URL="+e.url)
	if said, err := query.CombinedOutput(); err != nil {
		e.t.Errorf("query ends with %v: %s", err, said)
	}
}

// tells reports whether the node tells of damage: where it has put a file aside, it must.
func (e *edge) tells(data string) bool {
	e.t.Helper()
	said := e.logs.String()
	told := strings.Contains(said, "quarantined") || strings.Contains(said, "damaged") || strings.Contains(said, "corrupt")
	aside, err := filepath.Glob(filepath.Join(data, "*", "*.corrupt"))
	if err != nil {
		e.t.Fatal(err)
	}
	for _, path := range aside {
		if err := os.Remove(path); err != nil {
			e.t.Fatal(err)
		}
	}
	if len(aside) > 0 && !told {
		e.t.Errorf("%v were put aside, and nobody was told", aside)
	}
	return told
}

// verifiesAtAll has holdfast verify look through what is left, and reports whether it found all of it well. It may say that
// not all could be read, but must say it.
func verifiesAtAll(t *testing.T, data string) (well bool) {
	t.Helper()
	verify := exec.Command(program(t), "verify", "--data", data)
	said, err := verify.CombinedOutput()
	code := verify.ProcessState.ExitCode()
	if code != 0 && code != 1 || bytes.Contains(said, []byte("goroutine ")) {
		t.Errorf("verify ends with %v:\n%s", err, said)
	}
	return code == 0
}
