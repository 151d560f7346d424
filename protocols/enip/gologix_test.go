package enip_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/enip"
	"github.com/holdfast-edge/holdfast/tag"
)

// gologix starts the server of gologix in a network namespace, since it listens on every address, and returns where it is heard
// here.
func gologix(t *testing.T) string {
	t.Helper()
	if os.Getenv("HOLDFAST_GOLOGIX") == "" {
		t.Skip("its module is fetched and built by make peer-enip only")
	}
	namespace := []string{"--net", "--pid", "--fork", "--kill-child"}
	if err := exec.CommandContext(t.Context(), "unshare", append(namespace, "true")...).Run(); err != nil {
		t.Fatalf("no network namespace can be had here: %v", err)
	}
	directory := t.TempDir()
	peer, socket := filepath.Join(directory, "peer"), filepath.Join(directory, "socket")
	build := exec.CommandContext(t.Context(), "go", "-C", "../../test/enippeer", "build", "-buildvcs=false", "-o", peer, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the peer: %v\n%s", err, out)
	}
	run := exec.CommandContext(t.Context(), "unshare", append(namespace, "sh", "-c",
		`ip link set lo up && { "$0" & exec socat "UNIX-LISTEN:$1,fork" TCP:127.0.0.1:44818,retry=600,interval=0.1; }`, peer, socket)...)
	run.Stdout, run.Stderr = t.Output(), t.Output()
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = run.Process.Kill() // what it has started ends with it
		_ = run.Wait()
	})
	for deadline := time.Now().Add(conformance.Patience); ; {
		if _, err := os.Stat(socket); err == nil {
			return relay(t, socket)
		}
		if time.Now().After(deadline) {
			t.Fatal("the peer's namespace does not come up")
		}
		<-time.After(10 * time.Millisecond)
	}
}

// relay passes connections on to a socket of the file system.
func relay(t *testing.T, socket string) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- protocols.Accept(ctx, listener, func(ctx context.Context, near net.Conn) {
			defer near.Close()
			far, err := new(net.Dialer).DialContext(ctx, "unix", socket)
			if err != nil {
				return
			}
			defer far.Close()
			defer context.AfterFunc(ctx, func() { near.Close(); far.Close() })()
			back := make(chan struct{})
			go func() {
				defer close(back)
				_, _ = io.Copy(near, far) // ends with either
				near.Close()
			}()
			_, _ = io.Copy(far, near)
			far.Close()
			<-back
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

func TestTheDriverReadsAndWritesTheServerOfGologix(t *testing.T) {
	d := kit.Device(t, "tcp://"+gologix(t)+"?path=1,0&connect_timeout=1m", "",
		"name: a, address: adint, access: rw", "name: b, address: areal", "name: c, address: aint", "name: d, address: text, access: rw", "name: e, address: 'list[2]'")
	s, err := enip.Driver{}.Dial(t.Context(), conformance.EndpointOf(d))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	device := kit.Compile(t, d)
	got, err := scan(t, s, device, 5)
	if err != nil {
		t.Fatal(err)
	}
	wantValues(t, got, tag.IntOf(-12345), tag.FloatOf(21.7), tag.IntOf(3), tag.StringOf("Hello"), tag.IntOf(3))
	if err := s.Write(t.Context(), conformance.Point(t, device, "a"), tag.IntOf(77)); err != nil {
		t.Error(err)
	}
	if err := s.Write(t.Context(), conformance.Point(t, device, "d"), tag.StringOf("there")); err != nil {
		t.Error(err)
	}
	got, err = scan(t, s, device, 5)
	if err != nil {
		t.Fatal(err)
	}
	wantValues(t, got, tag.IntOf(77), tag.FloatOf(21.7), tag.IntOf(3), tag.StringOf("there"), tag.IntOf(3))
	err = s.Write(t.Context(), conformance.Point(t, device, "a"), tag.StringOf("x"))
	if _, refused := errors.AsType[*protocols.Refusal](err); !refused {
		t.Error(err)
	}
}
