# Grows survival forests with ranger. Arguments: a CSV file with columns event, time and features, and the
# least size of a node. Then, for each line "trees threads" of standard input, one line with the seconds
# that growing took.
suppressMessages(library(ranger))
suppressMessages(library(survival))
arguments <- commandArgs(trailingOnly = TRUE)
cohort <- read.csv(arguments[1])
X <- as.matrix(cohort[, -(1:2)])
y <- Surv(cohort$time, cohort$event)
cat(as.character(packageVersion("ranger")), " (R ", R.version$major, ".", R.version$minor, ")\n", sep = "")
flush(stdout())
input <- file("stdin", "r")
while (length(line <- readLines(input, n = 1)) > 0) {
  asked <- as.integer(strsplit(line, " ")[[1]])
  took <- system.time(ranger(
    x = X, y = y, num.trees = asked[1], mtry = floor(sqrt(ncol(X))),
    min.node.size = as.integer(arguments[2]), splitrule = "logrank", oob.error = FALSE,
    num.threads = asked[2], seed = 1
  ))[["elapsed"]]
  cat(took, "\n")
  flush(stdout())
}
