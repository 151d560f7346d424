package acceptance

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/internal/ports"
)

func TestAReplacementBoxGoesOnWhereTheOldOneWasBackedUp(t *testing.T) {
	plant, port := startPlant(t), strconv.Itoa(ports.Free(t).Number())
	text := twoEndpoints(plant.address(), "127.0.0.1:1") + "broker: {listen: \"127.0.0.1:" + port + "\"}\n"
	old := start(t, nil, "edge", "-c", site(t, text), "--data", t.TempDir())
	old.awaitQuality("boiler", "temperature", "Good")
	until(t, "the broker", func() error {
		return exec.Command("mosquitto_pub", "-p", port, "-t", "recipe", "-m", "7", "-q", "1", "-r").Run()
	})
	old.apply(strings.Replace(text, "name: temperature, address", "name: heat, address", 1), 0, "--window", "0s")
	old.awaitQuality("boiler", "heat", "Good")

	file := filepath.Join(t.TempDir(), "plant-7.holdbak")
	if code, said := old.holdfast("backup", "-o", file, "--history"); code != 0 || !strings.Contains(said, "plant-7, generation 2") {
		t.Fatalf("backup ended with %d: %s", code, said)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup: %v, %v", info.Mode(), err)
	}
	old.kill()

	data := filepath.Join(t.TempDir(), "data")
	if out, err := exec.Command(program(t), "restore", file, "--data", data).CombinedOutput(); err != nil {
		t.Fatalf("restore: %v\n%s", err, out)
	}
	replacement := start(t, nil, "edge", "--data", data) // it has no file
	replacement.awaitQuality("boiler", "heat", "Good")
	var got []byte
	until(t, "the broker of the replacement", func() (err error) {
		got, err = exec.Command("mosquitto_sub", "-p", port, "-t", "recipe", "-C", "1", "-W", "30").Output()
		return err
	})
	if !strings.Contains(string(got), "7") {
		t.Errorf("the retained message is %q", got)
	}
	if out, err := exec.Command(program(t), "restore", file, "--data", data).CombinedOutput(); err == nil || !strings.Contains(string(out), "not empty") {
		t.Errorf("restored over a node: %v\n%s", err, out)
	}
}
