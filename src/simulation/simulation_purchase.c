/* What the company buys: bills as files from its suppliers, coded, approved, and paid in runs. */
#include "simulation/simulation_private.h"

struct fault *sim_purchases(struct simulation *sim)
{
    (void)sim;
    return NULL;
}

struct fault *sim_payments(struct simulation *sim)
{
    (void)sim;
    return NULL;
}
