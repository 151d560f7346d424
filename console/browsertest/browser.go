package browsertest

import (
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// patience is how long anything may take on a loaded machine.
const patience = 2 * time.Minute

// start runs Chromium and returns its pipe. The test is skipped where there is
// none, or where tests are to be short.
func start(t testing.TB) *pipe {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes long")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("needs chromium: ", err)
	}
	orders, toBrowser := pair(t)
	fromBrowser, answers := pair(t)
	cmd := exec.Command(path,
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
		"--ignore-certificate-errors", // those of tests are signed by nobody
		"--user-data-dir="+profile(t), "--remote-debugging-pipe")
	cmd.ExtraFiles = []*os.File{orders, answers} // 3: it reads, 4: it writes
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = orders.Close(), answers.Close() // the browser has its own
	p := &pipe{out: toBrowser, in: fromBrowser, waiting: map[int]chan reply{}, gone: make(chan struct{})}
	var reading sync.WaitGroup
	reading.Go(p.read)
	t.Cleanup(func() {
		if p.do("", "Browser.close", nil, nil) != nil {
			_ = cmd.Process.Kill()
		}
		_ = cmd.Wait()
		_ = toBrowser.Close()
		reading.Wait()
		_ = fromBrowser.Close()
	})
	return p
}

// profile returns a directory for the browser's own files. It is no test's
// TempDir, since the last of its processes may still write while they go.
func profile(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "holdfast-browser-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func pair(t testing.TB) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}
