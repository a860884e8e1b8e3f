# Writes data.csv and golden.json: what R's survey package says about a sample of every kind.
# Rscript golden.R   (made with R 4.2.2, survey 4.1.1; the numbers are committed, R is not needed for the tests)
library(survey)
set.seed(20261124)
n <- 90
maximum <- c(q1 = 10, q2 = 8, q3 = 12, q4 = 8)
d <- data.frame(
  id = 1:n,
  stratum = rep(c("x", "y", "z"), c(40, 30, 20)),
  cluster = c(rep(1:10, each = 4), rep(11:16, each = 5), rep(17:20, each = 5)),
  domain = sample(c("p", "r", "s"), n, replace = TRUE),
  weight = round(runif(n, 0.5, 3), 2)
)
mood <- rnorm(n) + 0.6 * rnorm(20)[d$cluster]
for (q in names(maximum)) {
  answer <- pmin(5, pmax(1, round(3.6 + 0.9 * mood + 0.8 * rnorm(n))))
  answer[runif(n) < 0.15] <- NA
  d[[q]] <- answer
}
d$people <- c(x = 400, y = 150, z = 60)[d$stratum]
d$clusters <- c(x = 50, y = 20, z = 8)[d$stratum]
d$members <- c(12, 9, 11, 8, 10, 14, 9, 13, 10, 8, 11, 9, 12, 10, 15, 8, 9, 10, 12, 14)[d$cluster]
write.csv(d, "data.csv", row.names = FALSE, na = "")

for (q in names(maximum)) {
  d[[paste0("d", q)]] <- as.numeric(!is.na(d[[q]]))
  d[[paste0("x", q)]] <- ifelse(is.na(d[[q]]), 0, (d[[q]] - 1) / 4)
  for (k in c("p", "r", "s")) {
    d[[paste0("d", q, k)]] <- d[[paste0("d", q)]] * (d$domain == k)
    d[[paste0("x", q, k)]] <- d[[paste0("x", q)]] * (d$domain == k)
  }
}
score_of <- function(k = "") paste(sprintf("%g * x%s%s / d%s%s", maximum, names(maximum), k, names(maximum), k), collapse = " + ")
names_of <- function(k = "") c(paste0("x", names(maximum), k), paste0("d", names(maximum), k))
contrast <- function(design, expression, variables) {
  totals <- svytotal(as.formula(paste("~", paste(variables, collapse = "+"))), design)
  found <- svycontrast(totals, list(s = parse(text = expression)[[1]]))
  c(coef(found)[[1]], SE(found)[[1]])
}
one <- function(design) {
  whole <- contrast(design, score_of(), names_of())
  part <- contrast(design, score_of("p"), names_of("p"))
  difference <- contrast(design, paste0("(", score_of("r"), ") - (", score_of("p"), ")"), c(names_of("p"), names_of("r")))
  q1 <- svymean(~xq1, subset(design, dq1 == 1), deff = "replace")
  list(score = whole[1], se = whole[2], score_p = part[1], se_p = part[2],
       difference = difference[1], se_difference = difference[2], deff_q1 = deff(q1)[[1]])
}
designs <- list(
  simple = svydesign(~1, weights = ~1, data = d),
  weighted = svydesign(~1, strata = ~stratum, weights = ~weight, data = d),
  fpc = svydesign(~1, strata = ~stratum, fpc = ~people, data = d),
  clusters = svydesign(~cluster, strata = ~stratum, weights = ~weight, data = d),
  clusters_fpc = svydesign(~cluster, strata = ~stratum, weights = ~weight, fpc = ~clusters, data = d),
  two_stage = svydesign(~cluster + id, strata = ~stratum, fpc = ~clusters + members, data = d)
)
found <- lapply(designs, one)
p_values <- c(0.001, 0.2, 0.013, 0.013, 0.04, 0.8)
found$holm <- p.adjust(p_values, "holm")
found$benjamini_hochberg <- p.adjust(p_values, "BH")
raked <- rake(designs$weighted, list(~stratum, ~domain),
              list(data.frame(stratum = c("x", "y", "z"), Freq = c(90, 50, 30)),
                   data.frame(domain = c("p", "r", "s"), Freq = c(70, 60, 40))),
              control = list(maxit = 200, epsilon = 1e-12))
found$raked <- one(raked)
post <- postStratify(designs$clusters, ~domain, data.frame(domain = c("p", "r", "s"), Freq = c(70, 60, 40)))
found$post_stratified_clusters <- one(post)
totals <- c(stratumx = 90, stratumy = 50, stratumz = 30, domainr = 60, domains = 40)
linear <- calibrate(designs$weighted, ~stratum + domain - 1, totals, calfun = "linear")
found$linear <- one(linear)
found$bounded <- one(calibrate(designs$weighted, ~stratum + domain - 1, totals, calfun = "linear",
                               bounds = c(0.8, 1.43), maxit = 500, epsilon = 1e-12))
d$lonely <- ifelse(d$stratum == "z", 99, d$cluster)
for (rule in c("adjust", "average", "certainty")) {
  options(survey.lonely.psu = rule)
  found[[rule]] <- one(svydesign(~lonely, strata = ~stratum, weights = ~weight, data = d))
}
write_value <- function(value) {
  if (is.list(value)) return(paste0("{", paste(sprintf('"%s": %s', names(value), sapply(value, write_value)), collapse = ",\n "), "}"))
  numbers <- formatC(value, digits = 17, format = "g")
  if (length(numbers) == 1) numbers else paste0("[", paste(numbers, collapse = ", "), "]")
}
writeLines(write_value(found), "golden.json")
