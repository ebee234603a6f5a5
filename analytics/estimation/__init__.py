"""One comparison, estimated with care: designs, nuisance models, AIPW, standard errors."""
