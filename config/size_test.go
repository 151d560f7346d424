package config_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/config"
)

func TestASizeIsReadInTensOrTwos(t *testing.T) {
	for text, want := range map[string]config.ByteSize{
		"0": 0, "512": 512, "512B": 512, "64KB": 64_000, "64kB": 64_000, "64KiB": 65_536, "64 MB": 64_000_000, "1.5MiB": 3 << 19,
		"2GB": 2_000_000_000, "2GiB": 2 << 30, "8589934591GiB": 8589934591 << 30, "9007199254740993": 9007199254740993,
	} {
		var got config.ByteSize
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
}

func TestWhatIsNoSizeIsRefused(t *testing.T) {
	for _, text := range []string{"", "B", "-1", "+1", "1e3", "1TB", "64 K", "64  KB", "0x10", "1.2.3", "NaN", "Inf", "8589934592GiB", "9223372036854775808", "99999999999999999999GB", "1,5MB"} {
		got := config.ByteSize(-7)
		if err := got.UnmarshalText([]byte(text)); err == nil || got != -7 {
			t.Errorf("%q is read as %d", text, got)
		}
	}
}

func TestASizeIsPrintedInTheLargestWholeUnit(t *testing.T) {
	for want, size := range map[string]config.ByteSize{
		"0B": 0, "1B": 1, "1023B": 1023, "1KiB": 1024, "64KB": 64_000, "64KiB": 65_536, "1500KB": 1_500_000, "2GiB": 2 << 30, "2GB": 2_000_000_000,
	} {
		if size.String() != want {
			t.Errorf("%d is printed %s, want %s", size, size, want)
		}
	}
}

func FuzzASizeThatIsReadIsPrintedSoThatItIsReadAgain(f *testing.F) {
	for _, seed := range []string{"0", "64KB", "1.5MiB", "9223372036854775807", "1e3", "8589934591.9GiB"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var size, again config.ByteSize
		if size.UnmarshalText([]byte(text)) != nil {
			return
		}
		if err := again.UnmarshalText([]byte(size.String())); err != nil || again != size || size < 0 {
			t.Errorf("%q is %d, printed %s, read again %d, %v", text, size, size, again, err)
		}
	})
}
