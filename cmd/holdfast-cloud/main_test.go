package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/internal/ports"
)

// asProgram has this test binary be the program.
const asProgram = "HOLDFAST_CLOUD_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// patience is how long a condition may take on a loaded machine.
const patience = time.Minute

// box is a machine with a member.
type box struct {
	t    *testing.T
	data string
	link string
	api  string
	cmd  *exec.Cmd
	errs bytes.Buffer
}

func newBox(t *testing.T, linkAddress string) *box {
	t.Helper()
	return &box{t: t, data: filepath.Join(t.TempDir(), "data"), link: linkAddress, api: ports.Free(t).Address()}
}

// start starts the member.
func (b *box) start() {
	b.t.Helper()
	b.cmd = exec.Command(os.Args[0], "serve", "--data", b.data, "--link", b.link, "--api", b.api)
	b.cmd.Env, b.cmd.Stderr = append(os.Environ(), asProgram+"=1"), &b.errs
	if err := b.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = b.cmd.Process.Kill() })
	deadline := time.After(patience)
	for {
		if code, _ := b.try("get", "members"); code == 0 {
			return
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-deadline:
			b.t.Fatalf("the member does not start: %s", b.errs.String())
		}
	}
}

// stop stops the member in order.
func (b *box) stop() {
	b.t.Helper()
	if err := b.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		b.t.Fatal(err)
	}
	if err := b.cmd.Wait(); err != nil {
		b.t.Fatalf("the member stopped with %v: %s", err, b.errs.String())
	}
}

// try runs a command against the member, and returns its exit code and all it said.
func (b *box) try(arguments ...string) (int, string) {
	var out bytes.Buffer
	arguments = append(arguments, "--data", b.data)
	if arguments[0] != "restore" {
		arguments = append(arguments, "--api", "http://"+b.api)
	}
	code := run(arguments, &out, &out)
	return code, out.String()
}

// do runs a command that has to be done.
func (b *box) do(arguments ...string) string {
	b.t.Helper()
	code, out := b.try(arguments...)
	if code != 0 {
		b.t.Fatalf("%s: exit code %d: %s", strings.Join(arguments, " "), code, out)
	}
	return out
}

func read[T any](t *testing.T, text string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

// greet has the cloud renew a certificate, for which it has to believe it.
func (b *box) greet(c enrol.Credentials) error {
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	_, err := c.Renew(ctx, b.link, time.Now, nil)
	return err
}

func TestACloudIsBackedUpAndRestoredOnAnotherBox(t *testing.T) {
	first := newBox(t, ports.Free(t).Address())
	first.start()
	token := read[api.JoinToken](t, first.do("site", "add", "plant-7", "--label", "region=eu", "--json"))
	node, err := enrol.Join(t.Context(), first.link, token.Token, "test", nil)
	if err != nil {
		t.Fatal(err)
	}
	site := filepath.Join(t.TempDir(), "site.yaml")
	if err := os.WriteFile(site, []byte("site: plant-7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	first.do("apply", "-f", site, "--site", "plant-7")
	file := filepath.Join(t.TempDir(), "cloud.tar")
	first.do("backup", "-o", file)
	if code, _ := first.try("backup", "-o", file); code == 0 {
		t.Error("a backup is written over")
	}
	first.stop()
	if code, out := first.try("restore", file); code == 0 || !strings.Contains(out, "there is a cloud already") {
		t.Errorf("restored over a cloud: exit code %d: %s", code, out)
	}

	second := newBox(t, first.link)
	second.do("restore", file)
	second.start()
	list := read[[]api.Site](t, second.do("site", "list", "--json"))
	if len(list) != 1 || list[0].Name != "plant-7" || list[0].Labels["region"] != "eu" || list[0].Desired != 1 {
		t.Errorf("the sites are %+v", list)
	}
	if err := second.greet(node); err != nil {
		t.Errorf("the site does not come back: %v", err)
	}
	second.do("audit", "--verify")
	second.stop()
}

func TestABackupThatIsNotWholeIsNotRestored(t *testing.T) {
	b := newBox(t, ports.Free(t).Address())
	file := filepath.Join(t.TempDir(), "cloud.tar")
	if err := os.WriteFile(file, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := b.try("restore", file); code == 0 || !strings.Contains(out, "no whole backup") {
		t.Errorf("exit code %d: %s", code, out)
	}
}

func TestTheCAIsRotatedAndTheOldOneRetiredByCommands(t *testing.T) {
	b := newBox(t, ports.Free(t).Address())
	b.start()
	token := read[api.JoinToken](t, b.do("site", "add", "plant-7", "--json"))
	old, err := enrol.Join(t.Context(), b.link, token.Token, "test", nil)
	if err != nil {
		t.Fatal(err)
	}
	b.do("ca", "rotate")
	fresh, err := old.Renew(t.Context(), b.link, time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.do("ca", "show"); !strings.Contains(got, "CA 2 signs. Trusted are [2 1].") {
		t.Errorf("it says %s", got)
	}
	if code, out := b.try("ca", "retire", "2"); code == 0 {
		t.Errorf("the CA that signs is retired: %s", out)
	}
	b.do("ca", "retire", "1")
	if err := b.greet(old); err == nil {
		t.Error("a certificate of the retired CA is taken")
	}
	if err := b.greet(fresh); err != nil {
		t.Errorf("one of the new CA is not: %v", err)
	}
	b.stop()
}

func TestWhatMakesNoSenseIsSaidSoByTheExitCode(t *testing.T) {
	var out bytes.Buffer
	for want, arguments := range map[int][]string{
		exitUsage:  {"restart", "/x"},
		exitFailed: {"site", "list", "--data", t.TempDir()},
		0:          {"version"},
	} {
		if got := run(arguments, &out, &out); got != want {
			t.Errorf("%v: exit code %d, want %d: %s", arguments, got, want, out.String())
		}
	}
}
