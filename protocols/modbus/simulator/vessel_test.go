package simulator

import "testing"

func TestTheTemperatureStandsAtThirtyForOneTick(t *testing.T) {
	v := newVessel(0)
	at := 0
	for range 100 {
		if v.step(0); v.temperature == alarm {
			at++
		}
	}
	if at != 1 || v.temperature != hottest {
		t.Errorf("%d ticks at 30 °C, then %d", at, v.temperature)
	}
}

func TestAnOpenValveCoolsUntilItSpringsShut(t *testing.T) {
	v := newVessel(0)
	valve := 3
	for range 1000 {
		if v.step(valve); v.valve == 0 {
			break
		}
	}
	if v.valve != 0 || v.temperature != coldest {
		t.Errorf("valve %d at %d", v.valve, v.temperature)
	}
	v.step(0)
	if v.temperature != coldest+1 {
		t.Errorf("with the valve shut: %d", v.temperature)
	}
}

func TestTheRegistersHoldTheProcess(t *testing.T) {
	v := vessel{temperature: 300, valve: 3, ticks: 7200}
	registers := make([]uint16, 20)
	v.fill(registers)
	for i, want := range map[int]uint16{Temperature: 300, Humidity: 60, Pressure: 1150, Hours: 2, Valve: 3} {
		if registers[i] != want {
			t.Errorf("register %d is %d, want %d", i, registers[i], want)
		}
	}
	short := make([]uint16, 2)
	v.fill(short)
}

func TestWavesStayInTheirRangeAndMove(t *testing.T) {
	moved := false
	for ticks := range 100 {
		for register := Waves; register < 100; register++ {
			w := wave(ticks, register)
			if w > 1000 {
				t.Fatalf("register %d is %d", register, w)
			}
			moved = moved || w != wave(0, register)
		}
	}
	if !moved {
		t.Error("nothing moves")
	}
}
