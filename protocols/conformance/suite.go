package conformance

import "testing"

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Harness)
	}{
		{"EveryTagIsReadWithItsValueAndGoodQuality", everyTagIsRead},
		{"ChangesOfTheDeviceAreSeenAtTheNextScan", changesAreSeen},
		{"AMissingAddressIsBadAndLeavesTheOthersGood", aMissingAddressIsBad},
		{"SourceTimesAreOfNowOrNone", sourceTimesAreOfNow},
		{"AWriteIsHeldByTheDeviceAndReadBack", aWriteIsHeld},
		{"AValueThatDoesNotFitIsRefusedBeforeItIsSent", whatDoesNotFitIsRefused},
		{"ARefusedWriteIsARefusal", aRefusedWriteIsARefusal},
		{"ARefusedReadIsBadAndNoFault", aRefusedReadIsBad},
		{"AWriteWithoutAnAnswerIsNeverASuccess", anUnansweredWriteIsNoSuccess},
		{"EveryDisturbanceIsAFaultAndPasses", everyDisturbancePasses},
		{"ALateAnswerIsNeverTakenForAnother", aLateAnswerIsDropped},
		{"AProbeTellsTheLivingFromTheDead", aProbeTells},
		{"ACallEndsWithItsContext", aCallEndsWithItsContext},
		{"ACallEndsWithItsSession", aCallEndsWithItsSession},
		{"DiallingEndsWithItsContext", diallingEndsWithItsContext},
		{"DiallingNobodyIsAFaultOfTheSession", diallingNobodyIsAFault},
		{"ADeviceThatCannotWorkIsRefused", aWrongDeviceIsRefused},
		{"ATagThatIsNotThereHasNoPoint", anUnknownTagHasNoPoint},
		{"SessionsLeaveNothingBehind", sessionsLeaveNothingBehind},
		{"ASubscriptionDeliversChangesUntilItIsEnded", aSubscriptionDelivers},
		{"BrowsingFindsWhatIsThere", browsingFinds},
		{"ATapIsToldWhatIsExchanged", aTapIsTold},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, h) })
	}
}
