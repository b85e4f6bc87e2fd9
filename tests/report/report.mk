## report-assets: Vega-Lite from npm, into the command, for the reports that it makes from then on
.PHONY: report-assets
report-assets:
	@tools/vega.sh $(BUILD)/vega
	@$(MAKE) --no-print-directory $(BUILD)/nestor

## test-report: a report in a headless Chromium: lines, legend, keys, dark mode, width of a telephone; needs chromium, node and npm
.PHONY: test-report
test-report: all report-assets
	@tests/report/report.sh
